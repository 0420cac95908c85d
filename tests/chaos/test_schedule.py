"""What a seed decides."""

from chaos.schedule import Blow, Break, Moment, Target, schedule

MANY = [schedule(seed) for seed in range(1000)]


def test_a_seed_decides_everything() -> None:
    assert [schedule(seed) for seed in range(200)] == MANY[:200]
    assert len({repr(found).partition(",")[2] for found in MANY[:200]}) == 200


def test_every_fault_comes_up() -> None:
    assert {found.blow for found in MANY} == set(Blow)
    assert {fault.breakage for found in MANY for fault in found.faults} == set(Break)
    assert {fault.target for found in MANY for fault in found.faults} == set(Target)
    assert {found.moment for found in MANY} == set(Moment)
    assert {found.on_screen for found in MANY} == {True, False}


def test_a_fault_fits_its_request() -> None:
    without_body = {Target.SESSION, Target.DATA}
    for found in MANY:
        assert 1 <= len(found.records) <= 4
        for fault in found.faults:
            assert not (fault.target in without_body and fault.breakage in (Break.BODY, Break.STALE))
