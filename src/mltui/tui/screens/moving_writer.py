"""The writer of one dialog: its child, which imports mlflow, is started when the dialog opens and ends with it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from mltui.errors import MltuiError, Refused

if TYPE_CHECKING:
    from mltui.actions.mlflow.port import Writer
    from mltui.sources.workspace import Workspace


class DialogWriter:
    """Opened by whoever asks first, in a thread. Without `wanted` there is none: tags of git need no mlflow."""

    def __init__(self, workspace: Workspace, *, wanted: bool) -> None:
        self._workspace, self._wanted = workspace, wanted
        self._one = threading.Lock()
        self._writer: Writer | None = None
        self._over = False

    def get(self) -> Writer | None:
        """The writer, being started. Raises `MltuiError` if there is nothing to write to."""
        from mltui.actions.mlflow.door import open_writer

        with self._one:
            if self._writer is None and self._wanted and not self._over:
                self._writer = open_writer(self._workspace)
                self._writer.prepare()
            return self._writer

    def refusal(self) -> Refused | None:
        """Why nothing may be written; waits for the child."""
        try:
            writer = self.get()
            return writer.refusal() if writer is not None else None
        except Refused as refused:
            return refused
        except MltuiError as error:
            return Refused(error.summary, error.hint)

    def close(self) -> None:
        """End the child, at once; in a thread of its own, since a question may be on its way."""

        def end() -> None:
            with self._one:
                self._over = True
                if self._writer is not None:
                    self._writer.close()

        threading.Thread(target=end, name="writer", daemon=True).start()
