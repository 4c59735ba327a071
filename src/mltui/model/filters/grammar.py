"""A filter's tokens as a tree, by recursive descent.

::

    any      = all ("or" all)*
    all      = one ("and" one)*          MLflow also takes an "and" too many, or none between two comparisons
    one      = "not" one | "(" any ")" | "has" key | key test
    test     = "is" ["not"] "null" | ["not"] ("like" | "ilike" | "~") value | ["not"] "in" "(" value ("," value)* ")"
             | ("=" | "!=" | "<" | "<=" | ">" | ">=" | "~") value
    key      = [family "."] name | "num" "(" key ")"
"""

from __future__ import annotations

from typing import NoReturn

from mltui.errors import FilterError
from mltui.model.filters import names
from mltui.model.filters.tokens import Kind, Token, tokens
from mltui.model.filters.tree import And, Compare, Family, Has, Key, Node, Not, Operator, Or, Value

_OPERATORS: dict[str, Operator] = {
    "=": "=",
    "==": "=",
    "!=": "!=",
    "<>": "!=",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
    "~": "~",
    "like": "like",
    "ilike": "ilike",
}
#: Parentheses and ``not`` inside each other: more would exhaust Python's stack.
DEEPEST = 100


class Grammar:
    """Reads one filter."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = tokens(text)
        self._at = 0
        self._depth = 0

    def whole(self) -> Node | None:
        """The tree of all the text; None if there is nothing. Raises `FilterError`."""
        if self._sees("end"):
            return None
        node = self._any()
        if self._sees(")"):
            self._fail("this ) closes nothing", "")
        if not self._sees("end"):
            self._fail(f"{self._now.text} is out of place", "comparisons are joined with and, or")
        return node

    @property
    def _now(self) -> Token:
        return self._tokens[self._at]

    def _sees(self, *kinds: Kind) -> bool:
        return self._now.kind in kinds

    def _take(self) -> Token:
        token = self._now
        self._at += token.kind != "end"
        return token

    def _takes(self, *words: str) -> bool:
        if self._now.is_word(*words):
            self._at += 1
            return True
        return False

    def _ahead(self) -> Token:
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    def _any(self) -> Node:
        parts = [self._all()]
        while self._takes("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self) -> Node:
        parts: list[Node] = []
        while True:
            joined = False
            while self._takes("and"):
                joined = True
            if self._sees("end", ")", ",") or self._now.is_word("or"):
                if not parts:
                    self._expect("a comparison")
                break
            if parts and not joined and not self._begins_one():
                break
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _begins_one(self) -> bool:
        """Whether a comparison begins here, and not a stray word."""
        now, ahead = self._now, self._ahead()
        return (
            now.kind == "("
            or now.is_word("not", "has", "num")
            or ahead.kind == "operator"
            or self._prefix(now) is not None
            or names.attribute(now.content) is not None
        )

    def _one(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            self._fail("too many parentheses inside each other", "")
        try:
            return self._unnested()
        finally:
            self._depth -= 1

    def _unnested(self) -> Node:
        opening = self._now
        if self._takes("not"):
            return Not(self._one())
        if opening.kind == "(":
            self._take()
            node = self._any()
            if self._sees("end"):
                raise FilterError("this ( is not closed", "", self.text, opening.start, opening.end, unclosed=True)
            if not self._sees(")"):
                self._fail(f"{self._now.text} is out of place", "comparisons are joined with and, or")
            self._take()
            return node
        if opening.is_word("has") and self._ahead().kind != "operator":
            self._take()
            return Has(self._key("a key, as in has metrics.auc"))
        return self._test(self._key("a comparison, as in metrics.acc > 0.9"))

    def _test(self, key: Key) -> Node:
        if self._takes("is"):
            absent = not self._takes("not")
            if not self._takes("null"):
                self._expect("null" if not absent else "null or not null")
            return Not(Has(key)) if absent else Has(key)
        negated = self._takes("not")
        if self._takes("in"):
            return self._compare(key, "in", self._list(), negated)
        word = self._now.text.lower()
        if word not in _OPERATORS or (negated and word not in ("like", "ilike", "~")):
            self._expect("in, like or ~" if negated else "an operator, as in = != < <= > >= ~ like in, is null")
        self._take()
        return self._compare(key, _OPERATORS[word], (self._value(),), negated)

    def _compare(self, key: Key, operator: Operator, values: tuple[Value, ...], negated: bool) -> Compare:
        return Compare(key, operator, values, (key.at[0], self._tokens[self._at - 1].end), negated)

    def _list(self) -> tuple[Value, ...]:
        if self._take_if("(") is None:
            self._expect("a list, as in in ('a', 'b')")
        values = [self._value()]
        while self._take_if(","):
            if self._sees(")"):  # ('a',) as MLflow writes it for a single one
                break
            values.append(self._value())
        if self._take_if(")") is None:
            self._expect("a comma or )")
        return tuple(values)

    def _take_if(self, kind: Kind) -> Token | None:
        return self._take() if self._sees(kind) else None

    def _value(self) -> Value:
        token = self._now
        if token.kind not in ("string", "word") or token.is_word(*names.KEYWORDS):
            self._expect("a value")
        self._take()
        return Value(token.content, token.kind == "word", (token.start, token.end))

    def _key(self, wanted: str) -> Key:
        token = self._now
        if token.is_word("num") and self._ahead().kind == "(":
            return self._number()
        if token.kind not in ("word", "name", "string") or token.is_word(*names.KEYWORDS):
            self._expect(wanted)
        prefix = self._prefix(token)
        self._take()
        if prefix is None:
            return self._attribute(token.content, (token.start, token.end))
        family, rest = prefix
        end = token.end
        if not rest:
            quoted = self._now
            if quoted.kind not in ("string", "name") or quoted.start != end:
                raise FilterError(
                    f"a key lacks behind {token.text}", f"as in {family}.auc, {family}.`a key`", self.text, end, end
                )
            self._take()
            rest, end = quoted.content, quoted.end
            if quoted.kind == "string" and len(rest) > 1 and rest[0] == rest[-1] == "`":
                rest = rest[1:-1]  # MLflow takes both off
        at = (token.start, end)
        if family == "attributes":
            return self._attribute(rest, at)
        if family == "datasets" and rest not in names.DATASET_KEYS:
            raise FilterError(f"a dataset has no {rest}", "it has name, digest and context", self.text, *at)
        return Key(family, rest, at)

    def _prefix(self, token: Token) -> tuple[Family, str] | None:
        """(family, key) of ``metrics.auc``; the key is "" where it follows in quotes."""
        family, dot, rest = token.text.partition(".") if token.kind == "word" else ("", "", "")
        family = family.strip("`")
        return (names.FAMILIES[family], rest) if dot and family in names.FAMILIES else None

    def _attribute(self, word: str, at: tuple[int, int]) -> Key:
        name = names.attribute(word)
        if name is None:
            raise FilterError(f"a run has no attribute {word}", names.meant(word), self.text, *at)
        return Key("attributes", name, at)

    def _number(self) -> Key:
        start = self._take().start
        self._take()
        key = self._key("a key, as in num(params.lr)")
        closing = self._take_if(")")
        if closing is None:
            self._expect(")")
        if key.family not in ("params", "tags", "metrics"):
            raise FilterError("num() is for params and tags", "", self.text, *key.at)
        return Key(key.family, key.name, (start, closing.end), number=True)

    def _expect(self, wanted: str) -> NoReturn:
        found = "the end" if self._now.kind == "end" else self._now.text
        self._fail(f"expected {wanted}, found {found}", "")

    def _fail(self, summary: str, hint: str) -> NoReturn:
        raise FilterError(summary, hint, self.text, self._now.start, self._now.end)
