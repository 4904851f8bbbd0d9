"""KFP's Swagger files -> which operation a request is, and what is wrong with it."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema

FOLDER = Path(__file__).parent / "fixtures" / "kfp"


@dataclass(frozen=True)
class Operation:
    """One thing that the API can do."""

    name: str
    method: str
    path: re.Pattern
    parameters: list[dict[str, Any]]
    answer: dict[str, Any]  # JSON Schema of what 200 brings
    definitions: dict[str, Any]

    def problems(self, query: dict[str, str], body: Any) -> list[str]:
        """How a request differs from the definition."""
        known = {p["name"] for p in self.parameters if p["in"] == "query"}
        found = [f"unknown query parameter {name}" for name in query if name not in known]
        schemas = [p["schema"] for p in self.parameters if p["in"] == "body"]
        if schemas:
            found += self.differences(schemas[0], body)
        elif body is not None and not any(p["in"] == "formData" for p in self.parameters):
            found.append("a body where none belongs")
        return found

    def differences(self, schema: dict[str, Any], value: Any) -> list[str]:
        whole = {**schema, "definitions": self.definitions}
        errors = jsonschema.Draft4Validator(whole).iter_errors(value)
        return [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in errors]


def operations() -> list[Operation]:
    """All of them; a custom verb stands behind a colon, so no path parameter holds one."""
    found = []
    for file in sorted(FOLDER.glob("*.swagger.json")):
        content = json.loads(file.read_text())
        definitions = {name: _strict(d) for name, d in content["definitions"].items()}
        for path, methods in content["paths"].items():
            pattern = re.sub(r"\{([\w.]+)\}", "([^/:]+)", path)
            found += [
                Operation(
                    name=operation["operationId"],
                    method=method.upper(),
                    path=re.compile(pattern),
                    parameters=operation.get("parameters", []),
                    answer=operation["responses"]["200"]["schema"],
                    definitions=definitions,
                )
                for method, operation in methods.items()
            ]
    return found


def _strict(schema: Any) -> Any:
    """Unknown fields refused; 64-bit integers as text or number; enums by name or number."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _strict(value) for key, value in schema.items()}
    if "properties" in schema and isinstance(schema["properties"], dict):
        made.setdefault("additionalProperties", False)
    if schema.get("format") == "int64":
        made["type"] = ["string", "integer"]
    if isinstance(schema.get("enum"), list):
        made = {"anyOf": [{"enum": schema["enum"]}, {"type": "integer"}]}
    return made
