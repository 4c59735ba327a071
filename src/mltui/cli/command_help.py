"""Help: commands by what they are for, and examples at the end of each."""

from __future__ import annotations

import click

#: Characters of a first sentence: it is never cut.
WHOLE = 1_000


class Command(click.Command):
    """A command whose help ends with examples."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_examples(ctx, formatter)


class Group(click.Group):
    """A group whose commands are such, and are listed by what they are for where `SECTIONS` say it."""

    command_class = Command

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_examples(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from mltui.cli.examples import SECTIONS

        sections = SECTIONS if ctx.parent is None else {"Commands": tuple(sorted(self.commands))}
        listed = {name for names in sections.values() for name in names}
        rest = tuple(name for name, each in self.commands.items() if name not in listed and not each.hidden)
        width = max(map(len, self.commands))
        for title, names in {**sections, "Other": rest}.items():
            found = [(name, self.commands[name]) for name in names if name in self.commands]
            if rows := [(f"{name:{width}}", each.get_short_help_str(WHOLE)) for name, each in found]:
                with formatter.section(title):
                    formatter.write_dl(rows)


Group.group_class = Group  # of groups in groups; a subclass's own ways are not theirs


def words_of(ctx: click.Context) -> str:
    """The command's words without the program's name: ``run show``; "" of mltui itself."""
    words = []
    while ctx.parent is not None:
        words.append(ctx.info_name or "")
        ctx = ctx.parent
    return " ".join(reversed(words))


def write_examples(ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """The examples of the command, each below what it is good for, so that nothing is wrapped inside a command."""
    from mltui.cli.examples import EXAMPLES

    examples = EXAMPLES.get(words_of(ctx), ())
    if examples:
        with formatter.section("Examples"):
            for line, says in examples:
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")
                formatter.write(f"{'':{formatter.current_indent + 4}}{says}\n")
