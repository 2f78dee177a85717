"""What the words of carriers' lists mean: the states by name, and what Vietnamese carriers write.

A carrier with codes of its own brings its own table. A word that is not here means nothing: it is kept, moves nothing,
and who reads it in is told.
"""

from collections.abc import Mapping

from engine.parcels import Event

_NAMED = {event.value: event for event in Event if event is not Event.CALLED_OFF}
# “Chuyển hoàn” alone says as often that it is on its way back as that it is there: it means nothing here.
_WRITTEN: Mapping[Event, tuple[str, ...]] = {
    Event.HANDED_OVER: ("đã bàn giao", "đã nhận gửi", "đã chấp nhận gửi", "đã lấy hàng"),
    Event.IN_TRANSIT: ("đang vận chuyển", "đang trung chuyển", "đang phát", "đang giao", "đang chuyển hoàn"),
    Event.MISSED: ("phát không thành công", "phát chưa thành công", "giao không thành công", "không gặp người nhận"),
    Event.DELIVERED: ("đã phát", "phát thành công", "đã giao", "giao thành công"),
    Event.RETURNED: ("đã chuyển hoàn", "chuyển hoàn thành công", "đã trả lại người gửi"),
    Event.LOST: ("thất lạc", "mất", "mất bưu gửi"),
}
GENERIC: Mapping[str, Event] = {**_NAMED, **{word: event for event, words in _WRITTEN.items() for word in words}}
"""Every word of a list without codes of its own, as `meaning` reads it."""


def meaning(words: Mapping[str, Event | None], status: str) -> Event | None:
    """What a status means, whatever its case and spaces; None where nothing that the table knows."""
    return words.get(" ".join(status.replace("_", "-").casefold().split()))
