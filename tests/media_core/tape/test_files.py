"""Segment files: what is written is read; what is torn or damaged is read up to there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_core.tape import files
from media_core.tape import format as fmt

HEAD = fmt.SegmentHead("se_room", "pt_anna", "microphone", "s1", 48_000, 1_700_000_000_000_000_000)


def packet(number: int) -> bytes:
    return b"".join(fmt.packet_record(number / 50, 111, number, number * 960, b"payload %d" % number))


def write(folder: Path, blocks: int, *, name: str = "1-a") -> files.SegmentFile:
    segment = files.SegmentFile(folder, name, HEAD)
    for block in range(blocks):
        numbers = range(block * 10, block * 10 + 10)
        body = b"".join(packet(number) for number in numbers)
        segment.write(body, packets=10, first_s=numbers[0] / 50, last_s=numbers[-1] / 50)
    return segment


def numbers(path: Path) -> list[int]:
    return [packet.sequence_number for packet in fmt.packets_of(list(files.read_records(path)))]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    segment = write(tmp_path, 3)
    segment.write(fmt.clock_record(0.6, 1234.5, 99), packets=0, first_s=0.6, last_s=0.6)
    closed = segment.close()
    path = tmp_path / closed.file
    assert files.read_head(path) == HEAD
    assert numbers(path) == list(range(30))
    assert list(files.read_records(path))[-1] == fmt.TapeClock(0.6, 1234.5, 99)
    assert closed.packets == 30
    assert closed.sha256 == files.sha256_of(path)
    assert closed.bytes == path.stat().st_size
    assert closed.start_ns == HEAD.wall_ns
    assert files.closed_segments(tmp_path) == [closed]


@settings(max_examples=60, deadline=None)
@given(cut=st.floats(0, 1))
def test_a_torn_tail_costs_only_the_blocks_in_it(tmp_path_factory: pytest.TempPathFactory, cut: float) -> None:
    folder = tmp_path_factory.mktemp("tape")
    write(folder, 4)
    path = folder / "1-a.part"
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * cut)])
    ends = [end for _, _, end in fmt.blocks(content)]
    whole_blocks = sum(end <= int(len(content) * cut) for end in ends) - 1
    recovered = files.recover(folder)
    if whole_blocks < 0:
        assert recovered == []
        assert not list(folder.glob("1-a*"))
        return
    (segment,) = recovered
    assert segment.recovered
    assert segment.packets == whole_blocks * 10
    assert numbers(folder / segment.file) == list(range(whole_blocks * 10))
    assert segment.sha256 == files.sha256_of(folder / segment.file)
    assert files.closed_segments(folder) == [segment]


def test_a_flipped_byte_ends_the_reading_before_its_block(tmp_path: Path) -> None:
    closed = write(tmp_path, 3).close()
    path = tmp_path / closed.file
    content = bytearray(path.read_bytes())
    begins = [begin for _, begin, _ in fmt.blocks(bytes(content))]
    content[begins[2] + 5] ^= 1
    path.write_bytes(content)
    assert numbers(path) == list(range(10))


def test_a_torn_or_missing_index_is_made_good_from_the_folder(tmp_path: Path) -> None:
    first, second = write(tmp_path, 1, name="1-a").close(), write(tmp_path, 1, name="2-b").close()
    index = tmp_path / files.INDEX
    index.write_bytes(index.read_bytes()[:-5])
    found = files.closed_segments(tmp_path)
    assert [segment.file for segment in found] == [first.file, second.file]
    assert [segment.sha256 for segment in found] == [first.sha256, second.sha256]
    index.unlink()
    assert [segment.file for segment in files.closed_segments(tmp_path)] == [first.file, second.file]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_write_that_fails_leaves_whole_blocks(tmp_path: Path) -> None:
    segment = write(tmp_path, 2)
    kept = segment._descriptor
    segment._descriptor = os.open("/dev/full", os.O_WRONLY)
    with pytest.raises(OSError):
        segment.write(packet(99), packets=1, first_s=1.0, last_s=1.0)
    os.close(segment._descriptor)
    segment._descriptor = kept
    segment.write(packet(20), packets=1, first_s=0.4, last_s=0.4)
    assert numbers(tmp_path / segment.close().file) == list(range(21))


def test_what_is_no_segment_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "1-x.tape").write_bytes(b"not a segment")
    (tmp_path / "2-y.part").write_bytes(b"")
    assert files.recover(tmp_path) == []
    assert files.closed_segments(tmp_path) == []
    with pytest.raises(ValueError, match="not a segment"):
        files.read_head(tmp_path / "1-x.tape")
