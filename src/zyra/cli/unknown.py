"""What is said of words of a command line that nobody knows: the known ones most like them."""

from collections.abc import Iterable

from zyra.core.closest import closest, closest_or_all
from zyra.core.command import Command
from zyra.core.flags import flag_names


def unknown_command(stage: str, word: str, commands: Iterable[str]) -> str:
    """Lines for stderr about a command that the stage does not have."""
    close = closest_or_all(word, commands)
    return f"zyra: {stage} has no command {word!r}\n  hint: did you mean {close}?\n"


def unknown_words(command: Command, words: list[str]) -> str:
    """Lines for stderr about what a command does not take: its flags, else its words.

    The word after an unknown flag is most often its value, so words are told only alone.
    """
    flags = [word.partition("=")[0] for word in words if word.startswith("-")]
    lines = [f"zyra: error: unknown argument {word}{_meant(command, word)}" for word in flags]
    lines = lines or [f"zyra: error: unexpected {word!r}" for word in words]
    advice = f"  hint: see `zyra {command.stage} {command.name} --help`"
    return "\n".join([*lines, advice]) + "\n"


def _meant(command: Command, word: str) -> str:
    known = [
        flag
        for name in command.args.model_fields
        for flag in flag_names(command.args, name)
        if flag.startswith("--")
    ]
    close = closest(word, known)
    return f", did you mean {', '.join(close)}?" if close else ""
