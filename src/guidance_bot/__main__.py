"""Lets ``python -m guidance_bot`` run the commands."""

from guidance_bot.cli import main

main()
