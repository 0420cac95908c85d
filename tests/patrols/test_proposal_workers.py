"""A real worker, killed while it works a proposal out: another one finishes it, and there is one answer."""

import os
import signal
from datetime import date

from patrols import tasks
from patrols.models import Proposal
from tests.factories import AssistantFactory, CoverNeedFactory
from tests.workers import somebody_waits_for, table_locked, wait_until

WEEK = date(2021, 4, 12), date(2021, 4, 18)


def test_worker_killed_while_it_works_leaves_one_proposal(start_worker, mentor):
    AssistantFactory(mentor=mentor)
    CoverNeedFactory()
    worker = start_worker()
    with table_locked("patrols_coverneed"):
        proposal = Proposal.objects.request(*WEEK, by=mentor.user)
        wait_until(lambda: somebody_waits_for("patrols_coverneed"), "the search to read what is needed")
        proposal.refresh_from_db()
        assert (proposal.state, Proposal.objects.waiting()) == (Proposal.State.RUNNING, [])

        os.killpg(worker.process.pid, signal.SIGKILL)
        worker.process.wait()

        wait_until(lambda: Proposal.objects.waiting() == [proposal], "the dead worker to be noticed")
    start_worker()
    tasks.sweep_proposals()
    tasks.sweep_proposals()

    def is_done() -> bool:
        proposal.refresh_from_db()
        return proposal.state == Proposal.State.DONE

    wait_until(is_done, "the proposal")
    assert (proposal.attempts, len(proposal.shifts), Proposal.objects.count()) == (2, 5, 1)
