"""What things are called in Redis: by tenant, resource and id, never by who asked."""

from dataclasses import dataclass

from adapters.cache.fills import Forgotten

SCHEMA = 1
"""The form of what is put away. A record's own form is told beside it, by its fingerprint."""


@dataclass(frozen=True, slots=True)
class Names:
    """One tenant's names."""

    tenant: str

    @property
    def state(self) -> str:
        """Where the epoch and the counters stand."""
        return f"g:{self.tenant}"

    @property
    def channel(self) -> str:
        """Where it is told what was forgotten."""
        return f"c:{self.tenant}"

    def row(self, resource: str, of: int) -> str:
        """Where a record stands."""
        return f"v:{SCHEMA}:{self.tenant}:{resource}:{of}"

    def row_mark(self, resource: str, of: int) -> str:
        """Where the number stands at which a record was last forgotten."""
        return f"m:{self.tenant}:{resource}:{of}"

    def question(self, resource: str, by: str, value: int) -> str:
        """Where a question's candidates stand."""
        return f"q:{self.tenant}:{resource}:{by}:{value}"

    def question_mark(self, resource: str, by: str, value: int) -> str:
        """Where the number stands at which a question was last forgotten."""
        return f"m:{self.tenant}:{resource}:{by}:{value}"

    def lease(self, resource: str, by: str, value: int) -> str:
        """Where it stands who is asking a question now."""
        return f"l:{self.tenant}:{resource}:{by}:{value}"

    def of(self, what: Forgotten) -> list[tuple[str, str]]:
        """Return where each thing to forget stands, and its mark."""
        name = what.resource
        records = [(self.row(name, of), self.row_mark(name, of)) for of in what.ids]
        return records + [
            (self.question(name, by, value), self.question_mark(name, by, value))
            for by, value in what.questions
        ]
