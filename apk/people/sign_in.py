"""The forms of sign-in and passwords: allauth's, with our words and without placeholders in place of labels."""

from typing import Any

from allauth.account import forms
from django.forms import Form


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


class ChangePasswordForm(forms.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        without_placeholders(self)
        self.fields["oldpassword"].label = "Nynější heslo"
        self.fields["oldpassword"].help_text = ""
        self.fields["password1"].label = "Nové heslo"
        self.fields["password2"].label = "Nové heslo ještě jednou"


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
