"""The model as it is registered: models/model.json behind MLflow's python_function."""

import json
from pathlib import Path

import numpy as np
from evaluate import score
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel


class Screening(PythonModel):
    def load_context(self, context):
        self.model = json.loads(Path(context.artifacts["model"]).read_text())

    def predict(self, context, model_input, params=None):
        return [score(self.model, list(row)) for row in np.asarray(model_input, dtype=float)]


set_model(Screening())
