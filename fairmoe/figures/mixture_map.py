"""The map of a mixture: data, three experts, the gate that weighs them, and what comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from fairmoe._escape import Html, escape_html
from fairmoe.figures.markup import attribute, drawing
from fairmoe.figures.palette import MODEL_STYLES
from fairmoe.figures.people import of_hundred
from fairmoe.names import EXPERTS

_TALL, _WIDE = 300.0, 100.0
_TRUNK = 76.0
"""How thick all the weight is: clearly less than the box of one expert, who may have all of it."""

_BRANCH = 8.0
_STYLE = """<style>
.fm-map {
  display: grid; line-height: 1.25; max-width: 60em; padding: .3em 0;
  grid-template-columns:
    minmax(5.6em, 1fr) minmax(.6em, 1fr) minmax(min-content, 2.4fr) minmax(1.8em, 1.6fr)
    minmax(5.2em, 1.3fr);
}
.fm-map small { opacity: .78; font-size: .86em; display: block }
.fm-map strong { display: block }
.fm-map .box {
  border: 1px solid rgba(128,128,128,.5); border-radius: 8px; padding: .4em .55em;
  align-self: center; min-width: 0; overflow-wrap: break-word;
}
.fm-map .end { min-height: 43%; display: flex; flex-direction: column; justify-content: center }
.fm-map .experts { display: grid; grid-template-rows: repeat(3, 1fr) }
.fm-map .experts > div { display: flex; padding: .2em 0 }
.fm-map .expert {
  flex: 1; display: flex; justify-content: space-between; align-items: center; gap: .4em;
  border-left-width: 6px;
}
.fm-map .weight { font-size: 1.25em; font-weight: 650 }
.fm-map .flow { position: relative }
.fm-map .flow img { position: absolute; inset: 0; width: 100%; height: 100% }
.fm-map .gate {
  position: absolute; inset: 0; display: flex; flex-direction: column; align-items: center;
  font-weight: 650; white-space: nowrap;
}
.fm-map .gate::after { content: ""; flex: 1; border-left: 2px dashed rgba(128,128,128,.9) }
@media (max-width: 480px) {
  .fm-map {
    grid-template-columns: minmax(min-content, 2.2fr) minmax(2.6em, 1fr) minmax(5em, 1.2fr);
  }
  .fm-map .box { padding: .4em .4em }
  .fm-map > .from { grid-column: 1; position: relative; margin-bottom: .7em }
  .fm-map > .from::after {
    content: ""; position: absolute; left: 50%; top: 100%; height: .9em; width: 4px;
    background: rgba(140,150,160,.55);
  }
  .fm-map > .flow:nth-child(2) { display: none }
  .fm-map > .experts { grid-column: 1 }
  .fm-map .end small { font-size: .86em }
}
</style>"""


@dataclass(frozen=True)
class Stop:
    """A place on the map.

    Attributes:
        title: What it is.
        lines: What is said of it, one below the other.
    """

    title: str
    lines: tuple[str, ...] = ()


def mixture_map(
    weights: Mapping[str, float],
    *,
    data: Stop,
    experts: Mapping[str, Stop],
    mixture: Stop,
    alt: str,
) -> Html:
    """Draw who is asked, what each expert has to say, and how much the gate counts it.

    Args:
        weights: The gate's weight of each of `EXPERTS`, in [0, 1]: means, or those of one person.
            They are written in percent that add up to 100.
        data: Whom the map is about.
        experts: Each of `EXPERTS`.
        mixture: What comes of it.
        alt: What a screen reader says in the place of all this.
    """
    end = f"border: 2px solid {MODEL_STYLES['mixture'].colour}"
    percent = percent_of(weights)
    boxes = "".join(_expert(expert, experts[expert], percent[expert]) for expert in EXPERTS)
    return Html(
        f'{_STYLE}<div class="fm-map" role="img" aria-label="{attribute(alt)}">'
        f'<div class="box from">{_text(data)}</div><div class="flow">{_to_experts()}</div>'
        f'<div class="experts">{boxes}</div>'
        f'<div class="flow">{_to_mixture(weights)}<span class="gate">Gate</span></div>'
        f'<div class="box end" style="{end}">'
        f"{_text(mixture)}</div></div>"
    )


def stream(left: tuple[float, float], right: tuple[float, float]) -> str:
    """Return the outline of a stream from one side to the other, as an SVG path.

    Args:
        left: Where it begins, from top to bottom.
        right: Where it ends, likewise.
    """
    half = _WIDE / 2
    (top, bottom), (upper, lower) = left, right
    return (
        f"M0 {top:.2f}C{half:g} {top:.2f} {half:g} {upper:.2f} {_WIDE:g} {upper:.2f}"
        f"V{lower:.2f}C{half:g} {lower:.2f} {half:g} {bottom:.2f} 0 {bottom:.2f}Z"
    )


def percent_of(weights: Mapping[str, float]) -> dict[str, int]:
    """Return the weights of `EXPERTS` in whole percent that add up to 100."""
    return dict(zip(EXPERTS, of_hundred([weights[expert] for expert in EXPERTS]), strict=True))


def _expert(expert: str, stop: Stop, percent: int) -> str:
    colour = MODEL_STYLES[expert].colour
    return (
        f'<div><div class="box expert" style="border-left-color:{colour}">'
        f'<span>{_text(stop)}</span><span class="weight">{percent}%</span></div></div>'
    )


def _text(stop: Stop) -> str:
    lines = "".join(f"<small>{escape_html(line)}</small>" for line in stop.lines)
    return f"<strong>{escape_html(stop.title)}</strong>{lines}"


def _centres() -> list[float]:
    return [(place + 0.5) * _TALL / len(EXPERTS) for place in range(len(EXPERTS))]


def _to_experts() -> Html:
    begin = _TALL / 2 - _BRANCH * len(EXPERTS) / 2
    shapes, half = "", _BRANCH / 2
    for place, centre in enumerate(_centres()):
        top = begin + _BRANCH * place
        outline = stream((top, top + _BRANCH), (centre - half, centre + half))
        shapes += f'<path fill="#8C96A0" fill-opacity=".55" d="{outline}"/>'
    return drawing(shapes, width=_WIDE, height=_TALL, alt="", style="")


def _to_mixture(weights: Mapping[str, float]) -> Html:
    # Who is told to have 0% would still be drawn as a line.
    percent = percent_of(weights)
    drawn = {expert: weights[expert] if percent[expert] else 0.0 for expert in EXPERTS}
    end = (_TALL - _TRUNK * sum(drawn.values())) / 2
    shapes = ""
    for expert, centre in zip(EXPERTS, _centres(), strict=True):
        if not drawn[expert]:
            continue
        thick = _TRUNK * drawn[expert]
        outline = stream((centre - thick / 2, centre + thick / 2), (end, end + thick))
        colour = MODEL_STYLES[expert].colour
        shapes += f'<path fill="{colour}" fill-opacity=".7" d="{outline}"/>'
        end += thick
    return drawing(shapes, width=_WIDE, height=_TALL, alt="", style="")
