"""Whose workspace the word ``databricks`` means, and whose login goes there: those of whoever named its host.

The word itself names no place; ``DATABRICKS_HOST`` does, or a profile of the user's. A repository's ``.env`` may name a
host of its own, and must then bring a token of its own: the user's token, profiles and other ways to log in (the
Databricks SDK tries a dozen, clouds' among them) stay away from there.
"""

from __future__ import annotations

from collections.abc import Mapping

from mltui.errors import Denied
from mltui.sources.runner import Environment

HOST, TOKEN = "DATABRICKS_HOST", "DATABRICKS_TOKEN"
#: With which word the variables begin that log somebody in at Databricks, or at a cloud on its behalf.
_LOGINS = ("DATABRICKS_", "ARM_", "AZURE_", "AWS_", "GOOGLE_", "MLFLOW_TRACKING_", "ACTIONS_ID_TOKEN_")


def child_environment(theirs: Mapping[str, str], users: Mapping[str, str], *, named: bool) -> Environment:
    """What is laid over the environment of the child that asks: nothing where the user says which workspace.

    `theirs` is the project's ``.env``, `users` the environment; `named`: the user named the store. Raises `Denied`
    where only the repository names the host and brings no token.
    """
    host = theirs.get(HOST)
    if named or not host or users.get(HOST) or users.get("DATABRICKS_CONFIG_PROFILE"):
        return {}
    token = theirs.get(TOKEN)
    if not token:
        hint = f"export {HOST} to send your login there, or MLFLOW_TRACKING_URI=databricks for your own workspace"
        raise Denied(f"only the repository names the workspace {host}: your login is not sent there", hint)
    taken: dict[str, str | None] = {name: None for name in users if name.startswith(_LOGINS)}
    return taken | {HOST: host, TOKEN: token, "DATABRICKS_AUTH_TYPE": "pat", "DATABRICKS_CONFIG_FILE": "/dev/null"}
