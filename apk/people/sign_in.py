"""The forms of sign-in and passwords: allauth's, with our words and without placeholders in place of labels."""

from typing import Any

from allauth.account import forms
from django.forms import Form
from django.http import HttpRequest, HttpResponse

from apk.people.accounts import limit_session


def without_placeholders(form: Form) -> None:
    """A placeholder vanishes with the first letter typed and repeats the label that stands above it anyway."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class SignInForm(forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        without_placeholders(self)
        self.fields["login"].label = "E-mail nebo osobní číslo"
        self.fields["login"].widget.attrs |= {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        }
        self.fields["password"].label = "Heslo"
        self.fields["password"].help_text = ""

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Signs in. allauth's form sets the session's length last, so ours is set after it."""
        response = super().login(request, redirect_url)
        if request.user.is_authenticated:
            limit_session(request, request.user)
        return response


class ChangePasswordForm(forms.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        without_placeholders(self)
        self.fields["oldpassword"].label = "Nynější heslo"
        self.fields["oldpassword"].help_text = ""
        self.fields["password1"].label = "Nové heslo"
        self.fields["password2"].label = "Nové heslo ještě jednou"

    def clean(self) -> Any:
        """A one-time password must not stay by being typed again."""
        cleaned = super().clean()
        if cleaned.get("password1") and cleaned["password1"] == cleaned.get("oldpassword"):
            self.add_error("password1", "Zvolte jiné heslo, než je to nynější.")
        return cleaned


class ResetPasswordForm(forms.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        without_placeholders(self)
        self.fields["email"].label = "E-mail"


class ResetPasswordKeyForm(forms.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        without_placeholders(self)
        self.fields["password1"].label = "Nové heslo"
        self.fields["password2"].label = "Nové heslo ještě jednou"
