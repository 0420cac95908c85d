"""What the worker and the clock run; each a thin way in to the code that does it."""

from celery import shared_task

from patrols import post


@shared_task(name=post.SEND_NOTICES)
def send_notices() -> None:
    """Sends the e-mails about plans that are owed."""
    post.send_waiting()
