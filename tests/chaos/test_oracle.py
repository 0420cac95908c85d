"""The oracle of the fault harness."""

import pytest

from chaos.oracle import Found, Verdict, judge

GOOD = Verdict()


@pytest.mark.parametrize(
    ("said", "found", "verdict"),
    [
        ([], Found(), GOOD),
        (["a", "b"], Found(server=("a",), queue=("b",)), GOOD),
        (["a"], Found(server=("a",), queue=("a",)), GOOD),
        ([], Found(server=("a",)), GOOD),
        (["a", "b"], Found(server=("a",)), Verdict(lost=["b"])),
        (["a"], Found(), Verdict(lost=["a"])),
        (["a"], Found(server=("a", "a")), Verdict(duplicated=["a"])),
        ([], Found(server=("a", "a")), Verdict(duplicated=["a"])),
        # What lies in the phone and no screen shows is not what the person was promised.
        (["a"], Found(hidden=("a",)), Verdict(lost=["a"], stuck=["a"])),
    ],
)
def test_what_was_said_must_be_somewhere_and_nothing_twice(said: list[str], found: Found, verdict: Verdict) -> None:
    assert judge(said, found) == verdict
    assert judge(said, found).good is (verdict == GOOD)


def test_what_waits_for_nothing_or_was_shown_to_a_stranger_is_not_good() -> None:
    assert judge(["a"], Found(queue=("a",)), waiting=["a"]) == Verdict(stuck=["a"])
    assert judge(["a"], Found(server=("a",)), leaked=["a"]) == Verdict(leaked=["a"])
    assert not Verdict(stuck=["a"]).good
    assert not Verdict(leaked=["a"]).good
