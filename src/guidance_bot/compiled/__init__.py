"""Guidance as files that open at once; the only room that reads or writes them."""

from guidance_bot.compiled.forms import NotCompiledError, opened, store

__all__ = ["NotCompiledError", "opened", "store"]
