"""A sheet of paper in SVG: words wrapped to boxes by an estimate of their width, and lines."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from guidance_bot.flows.drawing.parts import printable

PAPER, INK, QUIET, LINE = "#ffffff", "#1a1a1a", "#4a4f54", "#5f676d"
_FONT: Final = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"
WIDTH, MARGIN, PAD, GAP = 1500, 40, 9, 7
FULL: Final = WIDTH - 2 * MARGIN

# In ems, as wide as the widest of the usual fonts (DejaVu Sans) draws them, so that
# words fit their box whichever is there.
_EMS: Final = {
    **dict.fromkeys("ijlI'‘’,.·:;/\\| ", 0.33),
    **dict.fromkeys("frt-()[]!", 0.4),
    **dict.fromkeys('Jcsz?_*`"“”–', 0.55),
    **dict.fromkeys("wDGOQ&#<>=+^~", 0.83),
    **dict.fromkeys("mMW@%—…→", 1.0),
}
_LATIN: Final = "\u024f"


@dataclass(frozen=True, slots=True)
class Words:
    """One paragraph of a box."""

    text: str
    size: float = 14
    bold: bool = False
    colour: str = INK

    def wrapped(self, width: float) -> list[str]:
        """Return the lines that fit *width*; a word too long for a line is cut."""
        lines = [""]
        for word in printable(self.text).split():
            longer = f"{lines[-1]} {word}".strip()
            if self.wide(longer) <= width:
                lines[-1] = longer
                continue
            lines.append("")
            for sign in word:
                if self.wide(lines[-1] + sign) > width:
                    lines.append("")
                lines[-1] += sign
        return [line for line in lines if line]

    def wide(self, text: str) -> float:
        """Return about how wide *text* is drawn."""
        ems = sum(map(_ems, text))
        return ems * self.size * (1.12 if self.bold else 1)

    @property
    def leading(self) -> float:
        """From one line to the next."""
        return self.size * 1.36


def _ems(sign: str) -> float:
    if unicodedata.combining(sign):
        return 0
    if unicodedata.east_asian_width(sign) in "WF":
        return 1.05
    if sign > _LATIN:
        return _EMS.get(sign, 1)
    return _EMS.get(sign, 0.76 if sign.isupper() else 0.64)


@dataclass(slots=True)
class Sheet:
    """The elements drawn so far, and ``y``, where the next ones go."""

    parts: list[str] = field(default_factory=list)
    y: float = MARGIN

    def words(self, x: float, y: float, width: float, held: Sequence[Words]) -> None:
        """Write *held* below each other, from the top *y*."""
        for one in held:
            weight = ' font-weight="bold"' if one.bold else ""
            for line in one.wrapped(width):
                y += one.leading
                self.parts.append(
                    f'<text x="{x:g}" y="{y - one.size * 0.32:.1f}" font-size="{one.size:g}"'
                    f'{weight} fill="{one.colour}">{escape(line)}</text>'
                )

    def box(
        self,
        at: tuple[float, float, float, float],
        held: Sequence[Words],
        fill: str,
        *,
        centred: bool = False,
    ) -> None:
        """Draw a box *at* (x, y, width, height) with the words *held* in it: at its
        top, or *centred* between top and bottom.
        """
        x, y, width, height = at
        self.parts.append(
            f'<rect x="{x:g}" y="{y:.1f}" width="{width:g}" height="{height:.1f}" rx="6" '
            f'fill="{fill}" stroke="{LINE}"/>'
        )
        spare = height - box_height(held, width) if centred else 0
        self.words(x + PAD, y + PAD - 2 + spare / 2, width - 2 * PAD, held)

    def line(self, *points: tuple[float, float], arrow: bool = False) -> None:
        """Draw a line through *points*, with a head at its end if it is an *arrow*."""
        path = " ".join(f"{x:g},{y:.1f}" for x, y in points)
        head = ' marker-end="url(#head)"' if arrow else ""
        self.parts.append(
            f'<polyline points="{path}" fill="none" stroke="{LINE}" stroke-width="1.5"{head}/>'
        )

    def heading(self, text: str, below: str = "") -> None:
        """Write a heading over the whole width."""
        held = [Words(text, 20, bold=True)]
        held += [Words(below, 13.5, colour=QUIET)] if below else []
        self.words(MARGIN, self.y, FULL, held)
        self.y += height_of(held, FULL) + 10

    def document(self, title: str, description: str) -> str:
        """Return the sheet as an SVG; who cannot see it hears *title* and *description*."""
        height = self.y + MARGIN
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
                f'viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-labelledby="title" '
                f'aria-describedby="desc" font-family="{_FONT}">',
                f'<title id="title">{escape(printable(title))}</title>',
                f'<desc id="desc">{escape(printable(description))}</desc>',
                '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
                f'markerHeight="7" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="{LINE}"/>'
                "</marker></defs>",
                f'<rect width="{WIDTH}" height="{height:.0f}" fill="{PAPER}"/>',
                *self.parts,
                "</svg>\n",
            ]
        )


def height_of(held: Sequence[Words], width: float) -> float:
    """Return how high *held* stand below each other, wrapped to *width*."""
    return sum(len(one.wrapped(width)) * one.leading for one in held)


def box_height(held: Sequence[Words], width: float) -> float:
    """Return how high a box of *width* is around *held*."""
    return height_of(held, width - 2 * PAD) + 2 * PAD - 2
