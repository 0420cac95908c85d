"""What the worker and the clock run; each a thin way in to the code that does it."""

from celery import shared_task

from apk import doorbell
from patrols import post, proposing
from patrols.models import PROPOSE, Proposal


@shared_task(name=post.SEND_NOTICES)
def send_notices() -> None:
    """Sends the e-mails about plans that are owed."""
    post.send_waiting()


@shared_task(name=PROPOSE)
def propose(*, proposal_id: int) -> None:
    """Works out the proposal that a mentor asked for."""
    proposing.build(proposal_id)


@shared_task
def sweep_proposals() -> None:
    """Rings for every proposal that nobody works on, whatever became of its message or of its worker."""
    for proposal in Proposal.objects.waiting():
        doorbell.ring(PROPOSE, proposal_id=proposal.pk)
