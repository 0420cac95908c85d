"""What templates ask about people. Showing or hiding a link is courtesy; views decide who may do what."""

from django import template

from apk.people.access import Permission
from apk.people.models import User

register = template.Library()


@register.filter
def may(user: User, permission: str) -> bool:
    """`{% if user|may:"manage-people" %}`; a permission that does not exist is an error, not a no."""
    return user.may(Permission(permission))


@register.filter
def dialled(phone: str) -> str:
    """A telephone number for a `tel:` link: digits and a leading plus only."""
    return "".join(mark for mark in phone if mark.isdigit() or mark == "+")
