from apps.bots.picture_of_room import THUMBNAILS, PictureOfRoom

SNAPSHOT = {
    "session": "se_1",
    "number": 7,
    "participants": [
        {"participant": "pt_me", "name": "Me", "microphone": True, "camera": True, "screen": False},
        {"participant": "pt_a", "name": "A", "microphone": False, "camera": False, "screen": False},
    ],
}


def known() -> PictureOfRoom:
    room = PictureOfRoom()
    room.take_snapshot(SNAPSHOT)
    return room


def event(number: int, kind: str, participant: str) -> dict[str, object]:
    return {"number": number, "type": kind, "participant": participant}


def test_events_go_on_where_the_snapshot_ends() -> None:
    room = known()
    room.take_event(event(8, "camera_on", "pt_a"))
    assert room.number == 8
    assert room.sends("pt_a", "camera")
    room.take_event(event(9, "camera_off", "pt_a"))
    assert not room.sends("pt_a", "camera")


def test_who_comes_is_known_and_who_leaves_is_forgotten() -> None:
    room = known()
    room.take_event({**event(8, "participant_joined", "pt_b"), "name": "B"})
    assert room.participants["pt_b"]["name"] == "B"
    room.take_event(event(9, "participant_removed", "pt_a"))
    room.take_event(event(10, "camera_on", "pt_a"))
    assert set(room.participants) == {"pt_me", "pt_b"}


def test_a_screen_goes_to_the_stage_and_cameras_beside_it() -> None:
    room = known()
    assert room.view("pt_me")["stage"] is None
    room.take_event(event(8, "camera_on", "pt_a"))
    assert room.view("pt_me")["stage"] == {"participant": "pt_a", "source": "camera"}
    assert room.view("pt_me")["thumbnails"] == []
    room.take_event(event(9, "screen_on", "pt_a"))
    assert room.view("pt_me")["stage"] == {"participant": "pt_a", "source": "screen"}
    assert room.view("pt_me")["thumbnails"] == [{"participant": "pt_a", "source": "camera"}]


def test_no_more_is_asked_for_than_there_are_slots() -> None:
    room = known()
    for number in range(20):
        room.take_event(event(8 + number, "participant_joined", f"pt_{number}"))
        room.take_event(event(8 + number, "camera_on", f"pt_{number}"))
    assert len(room.view("pt_me")["thumbnails"]) == THUMBNAILS


def test_hidden_events_count() -> None:
    room = known()
    room.take_event({"number": 8, "type": "hidden"})
    assert room.number == 8
