"""Pages for findings and shifts of earlier years: bring a file, see what it would do, read it."""

from io import BytesIO
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe
from xlsxwriter import Workbook

from apk import czech
from apk.edits import form_response, posted
from apk.people.access import Permission, SignedInRequest, requires
from apk.refusal import Refused
from reports import importing
from reports.document_views import attachment
from reports.documents.xlsx import ACCENT, OPTIONS
from reports.importing import FAULTS_SHOWN, KINDS, Kind
from reports.models import RecordImport
from reports.papers import OFFICE
from reports.tables_in import MAX_BYTES, MAX_ROWS

IMPORTS_ON_PAGE = 20


class ImportForm(forms.Form):
    """A file and what it holds."""

    kind = forms.ChoiceField(label="Co soubor obsahuje", choices=RecordImport.Kind.choices, widget=forms.RadioSelect)
    file = forms.FileField(
        label="Soubor XLSX nebo CSV",
        max_length=120,
        help_text=f"Nejvýš {MAX_ROWS} řádků a {MAX_BYTES // 1024 // 1024} MB. Nejdřív se soubor jen zkontroluje.",
        error_messages={
            "required": "Vyberte soubor.",
            "empty": "Soubor je prázdný.",
            "max_length": "Název souboru je příliš dlouhý, zkraťte ho.",
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(
                f"Soubor je větší než {MAX_BYTES // 1024 // 1024} MB. Rozdělte ho na víc souborů."
            )
        return file


@requires(Permission.IMPORT_RECORDS)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: SignedInRequest) -> HttpResponse:
    """The files brought so far, and a form to bring one."""
    form = ImportForm(posted(request), request.FILES or None)
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        brought = RecordImport.objects.keep(form.cleaned_data["kind"], file.name, file.read(), by=request.user)
        return redirect(brought)
    found = RecordImport.objects.visible_to(request.user).without_content().select_related("brought_by")
    page = Paginator(found, IMPORTS_ON_PAGE).get_page(request.GET.get("page"))
    return form_response(request, "reports/imports.html", {"form": form, "page": page, "kinds": KINDS.values()})


def import_or_404(request: SignedInRequest, pk: int) -> RecordImport:
    return get_object_or_404(RecordImport.objects.visible_to(request.user).select_related("brought_by"), pk=pk)


@requires(Permission.IMPORT_RECORDS)
@require_safe
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """What reading the file would do, row by row of what is wrong; nothing is written."""
    return checked(request, import_or_404(request, pk))


def checked(request: SignedInRequest, brought: RecordImport, refusal: str = "") -> HttpResponse:
    context: dict[str, Any] = {
        "brought": brought,
        "refusal": refusal,
        "may_view_history": request.user.may(Permission.VIEW_HISTORY),
    }
    if brought.read_at is None:
        try:
            plan = importing.dry_run(KINDS[brought.kind], brought.file_name, bytes(brought.content), now=timezone.now())
        except Refused as refused:
            context["refusal"] = refusal or str(refused)
        else:
            faults = sorted(plan.faults, key=lambda fault: fault.row)
            context |= {"plan": plan, "faults": faults[:FAULTS_SHOWN], "more": len(faults) - FAULTS_SHOWN}
    return render(request, "reports/import.html", context, status=422 if refusal else 200)


@requires(Permission.IMPORT_RECORDS)
@require_POST
def read(request: SignedInRequest, pk: int) -> HttpResponse:
    """Writes every new record of the file, or none."""
    brought = import_or_404(request, pk)
    try:
        added = importing.read(brought, by=request.user, now=timezone.now())
    except Refused as refused:
        return checked(request, brought, str(refused))
    messages.success(request, f"Načteno: {czech.counted(added, 'záznam', 'záznamy', 'záznamů')}.")
    return redirect(brought)


@requires(Permission.IMPORT_RECORDS)
@require_GET
def template(request: SignedInRequest, kind: str) -> HttpResponse:
    """An empty table to be filled in, with a sheet that explains its columns."""
    if kind not in KINDS:
        raise Http404(f"no kind {kind}")
    return attachment(template_of(KINDS[kind]), f"{OFFICE}.spreadsheetml.sheet", f"sablona-{kind}.xlsx")


def template_of(kind: Kind) -> bytes:
    file = BytesIO()
    workbook = Workbook(file, OPTIONS)
    head = workbook.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": ACCENT})
    text = workbook.add_format({"num_format": "@"})
    sheet = workbook.add_worksheet(kind.name)
    for index, column in enumerate(kind.columns):
        sheet.write_string(0, index, column.name, head)
        sheet.set_column(index, index, len(column.name) + 4, text)
    sheet.freeze_panes(1, 0)
    notes = workbook.add_worksheet("Vysvětlivky")
    notes.set_column(0, 0, 26)
    notes.set_column(1, 1, 12)
    notes.set_column(2, 2, 110)
    for number, row in enumerate([("Sloupec", "", "Co do něj patří"), *importing.explained(kind)]):
        for index, value in enumerate(row):
            notes.write_string(number, index, value, head if number == 0 else None)
    workbook.close()
    return file.getvalue()
