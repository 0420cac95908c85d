"""What the plan is to cover, and the templates of shifts: lists that mentors keep."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from apk.calendar import Week
from apk.edits import EditGuard, carried_out, posted
from apk.forms import DayField
from apk.localities.models import Locality
from apk.people.access import Permission, SignedInRequest, requires
from apk.people.models import Assistant, User
from patrols.forms import ClockField, offer
from patrols.models import CoverNeed, Pair, ShiftTemplate
from patrols.models.needs import WEEKDAYS


class NeedForm(EditGuard, forms.ModelForm):
    """So many people in a locality at a time of day."""

    weekdays = forms.TypedMultipleChoiceField(
        label="Dny v týdnu",
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Vyberte aspoň jeden den v týdnu."},
    )
    starts = ClockField(label="Od")
    ends = ClockField(label="Do", help_text="Je-li „do“ dřív než „od“, končí to následující den.")
    valid_from = DayField(label="Platí od")
    valid_to = DayField(label="Platí do", required=False)

    class Meta:
        model = CoverNeed
        fields = (
            "locality", "weekdays", "starts", "ends", "people", "weight", "on_holidays", "valid_from", "valid_to",
        )  # fmt: skip
        help_texts = {"weight": "1 až 5: když lidé nestačí, obsadí se nejdřív to důležitější."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts"].required = self.fields["ends"].required = True


class TemplateForm(EditGuard, forms.ModelForm):
    """The usual times of a day's work."""

    starts = ClockField(label="Od")
    ends = ClockField(label="Do", help_text="Je-li „do“ dřív než „od“, končí směna následující den.")
    then_starts = ClockField(label="Druhá část od")
    then_ends = ClockField(label="Druhá část do", help_text="Vyplňte jen u rozdělené směny, třeba ráno a odpoledne.")

    class Meta:
        model = ShiftTemplate
        fields = ("name", "starts", "ends", "then_starts", "then_ends", "position")
        help_texts = {"position": "Prvních devět jde v plánu přidat klávesou s tímto pořadím."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts"].required = self.fields["ends"].required = True


class PairForm(EditGuard, forms.ModelForm):
    """Two people who go together; a person is in one pair at a time."""

    starts = DayField(label="Od")
    ends = DayField(label="Do", required=False)

    class Meta:
        model = Pair
        fields = ("one", "other", "starts", "ends")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("one", "other"):
            offer(self, name, Assistant.objects.visible_to(user).select_related("user"))

    def clean(self) -> Any:
        cleaned = super().clean()
        asked = self.cleaned_data
        people = [asked[name] for name in ("one", "other") if asked.get(name)]
        if len(people) == 2 and asked.get("starts"):
            others = Pair.objects.of(*people).within(asked["starts"], asked.get("ends")).exclude(pk=self.instance.pk)
            if taken := others.select_related("one__user", "other__user").first():
                self.add_error(None, f"V tu dobu už platí dvojice {taken}. Nejdřív ji ukončete.")
        return cleaned


def with_localities(form: NeedForm, request: SignedInRequest) -> NeedForm:
    offer(form, "locality", Locality.objects.visible_to(request.user))
    return form


@requires(Permission.PLAN_SHIFTS)
@require_safe
def needs(request: SignedInRequest) -> HttpResponse:
    """Everything that the plan is to cover, and who goes with whom."""
    context = {
        "needs": CoverNeed.objects.visible_to(request.user).select_related("locality"),
        "pairs": Pair.objects.visible_to(request.user).select_related("one__user", "other__user"),
        "week": this_week(),
        "may_plan": True,
    }
    return render(request, "patrols/needs.html", context)


@requires(Permission.PLAN_SHIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def add_need(request: SignedInRequest) -> HttpResponse:
    initial = {"weekdays": list(range(5)), "valid_from": timezone.localdate(), "people": 1, "weight": 3}
    form = with_localities(NeedForm(posted(request), initial=initial), request)
    return edit(request, form, "Nová potřeba", "patrols:needs", "Potřeba přidána.")


@requires(Permission.PLAN_SHIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_need(request: SignedInRequest, pk: int) -> HttpResponse:
    need = get_object_or_404(CoverNeed.objects.visible_to(request.user).select_related("locality"), pk=pk)
    form = with_localities(NeedForm(posted(request), instance=need), request)
    remove = reverse("patrols:remove-need", args=[pk])
    return edit(request, form, f"Potřeba: {need}", "patrols:needs", "Potřeba změněna.", remove)


@requires(Permission.PLAN_SHIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_need(request: SignedInRequest, pk: int) -> HttpResponse:
    need = get_object_or_404(CoverNeed.objects.visible_to(request.user).select_related("locality"), pk=pk)
    sentence = "Plán ji přestane hlídat i v minulosti. Má-li skončit k určitému dni, vyplňte u ní raději „Platí do“."
    return remove(request, need, f"Smazat potřebu {need}?", sentence, "patrols:needs")


@requires(Permission.PLAN_SHIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def add_pair(request: SignedInRequest) -> HttpResponse:
    form = PairForm(posted(request), user=request.user, initial={"starts": timezone.localdate()})
    return edit(request, form, "Nová dvojice", "patrols:needs", "Dvojice přidána.")


@requires(Permission.PLAN_SHIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_pair(request: SignedInRequest, pk: int) -> HttpResponse:
    pair = get_object_or_404(Pair.objects.visible_to(request.user).select_related("one__user", "other__user"), pk=pk)
    form = PairForm(posted(request), user=request.user, instance=pair)
    remove = reverse("patrols:remove-pair", args=[pk])
    return edit(request, form, f"Dvojice: {pair}", "patrols:needs", "Dvojice změněna.", remove)


@requires(Permission.PLAN_SHIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_pair(request: SignedInRequest, pk: int) -> HttpResponse:
    pair = get_object_or_404(Pair.objects.visible_to(request.user).select_related("one__user", "other__user"), pk=pk)
    sentence = "Směny v plánu zůstanou, jak jsou; příští návrh už na dvojici nebude hledět."
    return remove(request, pair, f"Smazat dvojici {pair}?", sentence, "patrols:needs")


@requires(Permission.PLAN_SHIFTS)
@require_safe
def templates(request: SignedInRequest) -> HttpResponse:
    rows = ShiftTemplate.objects.visible_to(request.user)
    return render(request, "patrols/templates.html", {"templates": rows, "week": this_week(), "may_plan": True})


@requires(Permission.PLAN_SHIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def add_template(request: SignedInRequest) -> HttpResponse:
    position = ShiftTemplate.objects.visible_to(request.user).count() + 1
    form = TemplateForm(posted(request), initial={"position": position})
    return edit(request, form, "Nová šablona směny", "patrols:templates", "Šablona přidána.")


@requires(Permission.PLAN_SHIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_template(request: SignedInRequest, pk: int) -> HttpResponse:
    template = get_object_or_404(ShiftTemplate.objects.visible_to(request.user), pk=pk)
    form = TemplateForm(posted(request), instance=template)
    remove = reverse("patrols:remove-template", args=[pk])
    return edit(request, form, f"Šablona: {template.name}", "patrols:templates", "Šablona změněna.", remove)


@requires(Permission.PLAN_SHIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_template(request: SignedInRequest, pk: int) -> HttpResponse:
    template = get_object_or_404(ShiftTemplate.objects.visible_to(request.user), pk=pk)
    sentence = "Směny, které jste podle ní přidali, v plánu zůstanou."
    return remove(request, template, f"Smazat šablonu {template.name}?", sentence, "patrols:templates")


def edit(
    request: SignedInRequest, form: forms.ModelForm, heading: str, back: str, done: str, remove_url: str = ""
) -> HttpResponse:
    """The page of one row; saves it when the form is sent and valid."""
    if form.is_valid() and carried_out(form, form.save):
        messages.success(request, done)
        return redirect(back)
    context = {"form": form, "heading": heading, "back": reverse(back), "remove_url": remove_url}
    return render(request, "patrols/edit.html", context, status=422 if form.errors else 200)


def remove(
    request: SignedInRequest, row: CoverNeed | ShiftTemplate | Pair, heading: str, sentence: str, back: str
) -> HttpResponse:
    """Asks first; the history keeps what was removed."""
    if request.method == "POST":
        row.delete()
        messages.success(request, "Smazáno.")
        return redirect(back)
    return render(request, "patrols/remove.html", {"heading": heading, "sentence": sentence, "back": reverse(back)})


def this_week() -> Week:
    return Week.of(timezone.now())
