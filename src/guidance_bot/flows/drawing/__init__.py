"""A flow as a drawing: Mermaid, an SVG to print, and the table of its modes.

What is drawn is the shape of the decision table, not its paths: the prompts, where each
choice leads, the outcomes, and the rules that decide the verdict. Where choices lead is
found by walking, and only over the prompts that some condition names.
"""

from guidance_bot.flows.drawing.mermaid import mermaid
from guidance_bot.flows.drawing.modes import matrix
from guidance_bot.flows.drawing.svg import svg

__all__ = ["matrix", "mermaid", "svg"]
