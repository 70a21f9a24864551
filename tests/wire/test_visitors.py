"""Who asks, and how much each of them has open."""

import pytest

from costcalc.wire.visitors import Open, TooManyOpen, subscriber

ONE, SAME, OTHER = "2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1"


def test_each_has_a_limit_of_their_own_and_nothing_is_kept_of_who_has_left() -> None:
    counting = Open()
    with counting.counted(subscriber(ONE), 1):
        with counting.counted(subscriber(OTHER), 1):
            assert len(counting) == 2
        with pytest.raises(TooManyOpen), counting.counted(subscriber(SAME), 1):
            pass
    assert len(counting) == 0
    with counting.counted(subscriber(SAME), 1):
        assert len(counting) == 1


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        (ONE, "2001:db8:0:1::/64"),
        (SAME, "2001:db8:0:1::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_an_address_belongs_to_a_subscriber(address: str, whose: str) -> None:
    assert subscriber(address) == whose
