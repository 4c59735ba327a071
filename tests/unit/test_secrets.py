"""What of a command is kept and shown: everything but what is secret."""

from __future__ import annotations

import pytest

from mltui.sources.secrets import without_secrets


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            "MLFLOW_TRACKING_URI=http://ann:pa55word@host:5000 dvc repro",
            "MLFLOW_TRACKING_URI=http://host:5000 dvc repro",
        ),
        ("MLFLOW_TRACKING_URI=http://host:5000/ dvc repro", "MLFLOW_TRACKING_URI=http://host:5000/ dvc repro"),
        ("MLFLOW_TRACKING_TOKEN=abc.def dvc repro", "MLFLOW_TRACKING_TOKEN=… dvc repro"),
        ("export AWS_SECRET_ACCESS_KEY='a b c'; ls", "export AWS_SECRET_ACCESS_KEY=…; ls"),
        ("psql postgresql://u:p/w@db/x?password=geheim", "psql postgresql://db/x?password=…"),
        ("login --password hunter22 --user ann", "login --password … --user ann"),
        ("login --api-key=hunter22", "login --api-key=…"),
        ("curl -H 'Authorization: Bearer abcdefgh'", "curl -H 'Authorization: Bearer …'"),
        ("dvc exp run -S db.password=x1", "dvc exp run -S db.password=…"),
        ("dvc repro with s3cr3t-of-env", "dvc repro with …"),
        (
            "curl 'https://h/d.csv?sv=1&sig=abc%3D&X-Amz-Signature=f00'",
            "curl 'https://h/d.csv?sv=1&sig=…&X-Amz-Signature=…'",
        ),
        ("curl https://h/d.csv?design=1&page=2", "curl https://h/d.csv?design=1&page=2"),
        ("KeyError: {'user': 'ann', 'password': 'hunter22'}", "KeyError: {'user': 'ann', 'password': …}"),
        ('{"api-key": "a\\"b", "max_tokens": "512"}', '{"api-key": …, "max_tokens": "512"}'),
        ("azcopy AccountName=x;AccountKey=abcd==;X=y", "azcopy AccountName=x;AccountKey=…;X=y"),
    ],
)
def test_secrets_are_taken_out(said: str, kept: str) -> None:
    assert without_secrets(said, {"MY_TOKEN": "s3cr3t-of-env", "HOME": "dvc repro"}) == kept


@pytest.mark.parametrize(
    "said",
    [
        "dvc exp run -S train.max_tokens=512 -S model.num_key_value_heads=8 -S tokenizer=bpe --temp",
        "CUDA_VISIBLE_DEVICES=1 MLFLOW_EXPERIMENT_NAME='churn' dvc repro 'stage@a b'",
        "git worktree add -b x ../y 0123abc && cd ../y",
        "dvc exp run -S 'monkey=1' -S key=2 -S keyword=3",
        "sqlite:////tmp/mlflow.db",
        "cd /tmp/churn && PWD=/tmp/churn dvc repro",
        "cat <<'EOF' > params.yaml\ntrain: {lr: 0.1}\nEOF",
    ],
)
def test_overrides_and_variables_stay(said: str) -> None:
    paths = {"PWD": "/tmp/churn", "GOOGLE_APPLICATION_CREDENTIALS": "/tmp/churn"}
    assert without_secrets(said, {"TOKEN": "ab", **paths}) == said


@pytest.mark.parametrize("unit", ["x", "a-", "a.", "a=", "'", "--a ", "http:", "://", "_token"])
def test_long_texts_of_anybody_take_no_time_worth_naming(unit: str) -> None:
    """A hundred thousand characters; what goes through them again for each would take minutes."""
    text = unit * (100_000 // len(unit))
    assert without_secrets(text, {}) == text
