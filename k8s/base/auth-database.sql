-- Users and permissions stand apart from runs: MLflow migrates the two on their own.
CREATE DATABASE mlflow_auth;
