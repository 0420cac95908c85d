"""Forms of the registers of assistants and accounts."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.db import transaction

from apk.edits import EditGuard
from apk.forms import DayField
from apk.people.access import Role
from apk.people.models import (
    FTE_LIMITS,
    FTE_SENTENCE,
    Assistant,
    AssistantQuerySet,
    Mentor,
    User,
    UserQuerySet,
)

DESK_ROLES = [(role.value, role.label) for role in Role if role != Role.ASSISTANT]


class AssistantFilter(forms.Form):
    """What to list: the employed by default. A wrong address hides nobody and says what is wrong."""

    q = forms.CharField(label="Jméno nebo číslo", required=False, max_length=100)
    stav = forms.ChoiceField(
        label="Zaměstnání",
        required=False,
        choices=[("dnes", "Dnes zaměstnaní"), ("skoncili", "Skončili"), ("vsichni", "Všichni")],
    )

    def apply(self, assistants: AssistantQuerySet, today: date) -> AssistantQuerySet:
        if not self.is_valid():
            return assistants
        match self.cleaned_data["stav"]:
            case "skoncili":
                assistants = assistants.ended_before(today)
            case "vsichni":
                pass
            case _:
                assistants = assistants.employed_on(today)
        return assistants.matching(self.cleaned_data["q"])


class AccountFilter(forms.Form):
    q = forms.CharField(label="Jméno nebo číslo", required=False, max_length=100)
    role = forms.ChoiceField(label="Role", required=False, choices=[("", "Všechny"), *Role.choices])
    stav = forms.ChoiceField(
        label="Účet",
        required=False,
        choices=[
            ("", "Všechny"),
            ("otevrene", "Otevřené"),
            ("uzavrene", "Uzavřené"),
            ("bez-prihlaseni", "Bez přihlášení"),
        ],
    )

    def apply(self, accounts: UserQuerySet) -> UserQuerySet:
        if not self.is_valid():
            return accounts
        if self.cleaned_data["role"]:
            accounts = accounts.filter(role=self.cleaned_data["role"])
        match self.cleaned_data["stav"]:
            case "otevrene":
                accounts = accounts.active()
            case "uzavrene":
                accounts = accounts.filter(is_active=False)
            case "bez-prihlaseni":
                accounts = accounts.active().never_signed_in()
        return accounts.matching(self.cleaned_data["q"])


class PersonForm(forms.ModelForm):
    """Name, sign-in names and telephone of an account."""

    class Meta:
        model = User
        fields = ("first_name", "last_name", "personal_number", "email", "phone")
        widgets: ClassVar = {
            name: forms.TextInput(attrs={"autocomplete": "off"})
            for name in ("first_name", "last_name", "personal_number")
        } | {
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
            "phone": forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
        }
        help_texts: ClassVar = {"personal_number": "Dá se s ním přihlásit.", "email": "Dá se s ním přihlásit."}


def fte_field() -> forms.DecimalField:
    """Úvazek as people write it, with a decimal comma too."""
    return forms.DecimalField(
        label="Úvazek",
        help_text="Plný úvazek je 1, poloviční 0,5.",
        initial=1,
        max_digits=3,
        decimal_places=2,
        localize=True,
        validators=FTE_LIMITS,
        error_messages={"invalid": FTE_SENTENCE, "max_digits": FTE_SENTENCE, "max_whole_digits": FTE_SENTENCE},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


def choose_mentor(form: forms.Form | forms.ModelForm, by: User) -> None:
    """Offers the mentors whom an assistant may be given to: those who are mentors today and can sign in."""
    field: Any = form.fields["mentor"]
    serving = Mentor.objects.visible_to(by).filter(user__is_active=True, user__role=Role.MENTOR)
    field.queryset = serving.select_related("user")


class NewAssistantForm(PersonForm):
    """A new assistant, employed and led from one day."""

    starts = DayField(label="Zaměstnán od")
    fte = fte_field()
    mentor = forms.ModelChoiceField(Mentor.objects.none(), label="Mentor", empty_label="Vyberte")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_mentor(self, by)
        self.fields["mentor"].initial = Mentor.objects.filter(user=by).first()

    @transaction.atomic
    def save(self, commit: bool = True) -> Assistant:
        self.instance.role = Role.ASSISTANT
        self.instance.set_unusable_password()
        assistant = Assistant(user=super().save())
        assistant.save()
        data = self.cleaned_data
        assistant.employ(starts=data["starts"], fte=data["fte"], mentor=data["mentor"])
        return assistant


class AssistantForm(EditGuard, PersonForm):
    """Who the assistant is; periods have steps of their own, because they are dated."""

    note = forms.CharField(label="Poznámka", required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)

    def __init__(self, *args: Any, assistant: Assistant, **kwargs: Any) -> None:
        self.assistant = assistant
        super().__init__(*args, initial={"note": assistant.note}, instance=assistant.user, **kwargs)

    @transaction.atomic
    def save(self, commit: bool = True) -> Assistant:
        super().save()
        self.assistant.note = self.cleaned_data["note"]
        self.assistant.save(update_fields=["note"])
        return self.assistant


class FteForm(forms.Form):
    on = DayField(label="Od kterého dne")
    fte = fte_field()


class MoveForm(forms.Form):
    """To whom an assistant goes and when."""

    on = DayField(label="Od kterého dne")
    mentor = forms.ModelChoiceField(Mentor.objects.none(), label="Nový mentor", empty_label="Vyberte")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_mentor(self, by)


class EndForm(forms.Form):
    on = DayField(label="Poslední den v práci")


class EmployForm(MoveForm):
    """An assistant who comes back."""

    on = DayField(label="Zaměstnán od")
    fte = fte_field()

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        self.fields["mentor"].label = "Mentor"
        self.fields["mentor"].initial = Mentor.objects.filter(user=by).first()


class NewAccountForm(PersonForm):
    """An account of somebody who works at a desk; assistants are made in their register."""

    role = forms.ChoiceField(label="Role", choices=[("", "Vyberte"), *DESK_ROLES])

    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        self.instance.role = self.cleaned_data["role"]
        self.instance.set_unusable_password()
        account = super().save()
        if account.role == Role.MENTOR:
            Mentor.objects.create(user=account)
        return account


class AccountForm(EditGuard, PersonForm):
    """Somebody's account; the role is left out for assistants, who are made and ended in their register."""

    role = forms.ChoiceField(label="Role", choices=DESK_ROLES)

    def __init__(self, *args: Any, instance: User, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, initial={"role": instance.role}, **kwargs)
        if instance.role == Role.ASSISTANT:
            del self.fields["role"]

    @transaction.atomic
    def save_by(self, user: User, today: date) -> User:
        """Stores the changes. Raises Refused when the role must not change."""
        self.instance.change_role(Role(self.cleaned_data.get("role", self.instance.role)), by=user, today=today)
        return super().save()
