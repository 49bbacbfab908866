"""``Painter``: the recording's picture at rising moments, drawn out of tracks, pages and films."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import av
from av.video.reformatter import VideoReformatter

from media_core.tape.canvas import Box, Canvas, picture_file
from media_core.tape.opened import Tape
from media_core.tape.pictures import PictureTrack
from media_core.tape.plan import Film, Plan, Scene, TapedTrack
from media_core.tape.screening import FilmPictures

TILES = 5
TILE_WIDTH_PX, TILE_HEIGHT_PX = 256, 144


class Painter:
    """Draws the recording's picture at rising moments."""

    def __init__(self, plan: Plan, tape: Tape, gaps: Sequence[tuple[int, int]]) -> None:
        self.canvas = Canvas(plan.width, plan.height, plan.fonts)
        self._plan, self._tape, self._gaps = plan, tape, gaps
        self._open: dict[TapedTrack, PictureTrack] = {}
        self._shown: dict[Box, object] = {}
        self._scene: Scene | None = None
        self._slides: dict[str, av.VideoFrame | None] = {}
        self._film: FilmPictures | None = None

    def paint(self, at_s: float) -> bool:
        """Bring the canvas to a moment, in seconds from the beginning; tell whether anything changed."""
        at_ms = at_s * 1000
        scene = next((each for each in self._plan.scenes if each.from_ms <= at_ms < each.to_ms), None)
        if scene is not self._scene:
            self._change_scene(scene)
        if scene is None:
            return self._fill_stage((), Box(0, 0, self._plan.width, self._plan.height))
        stage, tiles = boxes(self._plan, scene)
        gap = next(((begin, end) for begin, end in self._gaps if begin <= at_ms < end), None)
        changed = self._paint_stage(scene, stage, at_s, gap)
        for tile, box in zip(scene.tiles, tiles, strict=False):
            changed |= self._paint_track(tile.track, tile.name, box, at_s, tile.name)
        return changed

    def _change_scene(self, scene: Scene | None) -> None:
        self._scene = scene
        self._shown.clear()
        self.canvas.fill(Box(0, 0, self._plan.width, self._plan.height))
        wanted = set() if scene is None else {scene.stage, *(tile.track for tile in scene.tiles)}
        for track in self._open.keys() - wanted:
            del self._open[track]

    def _paint_stage(self, scene: Scene, box: Box, at_s: float, gap: tuple[int, int] | None) -> bool:
        if gap is not None:
            begin, end = (clock_text(moment) for moment in gap)
            return self._fill_stage((self._plan.no_media.format(begin=begin, end=end),), box)
        if scene.stage is not None:
            return self._paint_track(scene.stage, scene.stage_name, box, at_s, "")
        card = scene.card or (self._plan.title,)
        if scene.film is not None:
            return self._paint_film(scene.film, box, at_s, card)
        return self._paint_slide(scene.slide, box, card) if scene.slide else self._fill_stage(card, box)

    def _paint_track(self, track: TapedTrack, name: str, box: Box, at_s: float, instead: str) -> bool:
        wall_s = self._tape.begins_s + at_s
        if track not in self._open:
            self._open[track] = self._tape.pictures(track, wall_s)
        pictures = self._open[track]
        frame = pictures.at(wall_s)
        state = (track, pictures.number) if frame is not None else (track, None)
        if self._shown.get(box) == state:
            return False
        self._shown[box] = state
        if frame is None:
            self.canvas.notice((instead,), box)
        else:
            self.canvas.draw(frame, box, pictures.reformatter)
            self.canvas.label(name, box)
        return True

    def _paint_slide(self, path: str, box: Box, card: Sequence[str]) -> bool:
        if path not in self._slides:
            self._slides.clear()
            self._slides[path] = None
            with contextlib.suppress(OSError):
                self._slides[path] = picture_file(path)
        slide = self._slides[path]
        if slide is None:
            return self._fill_stage(card, box)  # it was deleted meanwhile
        if self._shown.get(box) == path:
            return False
        self._shown[box] = path
        self.canvas.draw(slide, box, VideoReformatter())
        return True

    def _paint_film(self, film: Film, box: Box, at_s: float, card: Sequence[str]) -> bool:
        if self._film is None or self._film.file != film.file:
            self._film = FilmPictures(film.file)
        frame = self._film.at(film.position_at_ms(at_s * 1000) / 1000)
        if frame is None:
            return self._fill_stage(card, box)
        state = (film.file, self._film.number)
        if self._shown.get(box) == state:
            return False
        self._shown[box] = state
        self.canvas.draw(frame, box, self._film.reformatter)
        return True

    def _fill_stage(self, lines: Sequence[str], box: Box) -> bool:
        state = ("text", *lines)
        if self._shown.get(box) == state:
            return False
        self._shown[box] = state
        self.canvas.notice(lines, box)
        return True


def boxes(plan: Plan, scene: Scene) -> tuple[Box, list[Box]]:
    """Return where stage and small pictures stand: these in a column at the right edge."""
    if not scene.tiles:
        return Box(0, 0, plan.width, plan.height), []
    left = plan.width - TILE_WIDTH_PX
    height = left * 9 // 16 // 2 * 2
    stage = Box(0, (plan.height - height) // 4 * 2, left, height)
    count = min(len(scene.tiles), TILES)
    top = (plan.height - count * TILE_HEIGHT_PX) // 4 * 2
    return stage, [Box(left, top + place * TILE_HEIGHT_PX, TILE_WIDTH_PX, TILE_HEIGHT_PX) for place in range(count)]


def clock_text(moment_ms: int) -> str:
    """Return a moment as ``00:41:12``."""
    seconds = moment_ms // 1000
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
