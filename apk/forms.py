"""How every form is drawn: label, help, control and errors by the project's own templates."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Named by the setting FORM_RENDERER; widgets keep Django's templates."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
