"""The verb that looks whether a run would work here, and says what to do where it would not."""

import argparse
import os

from spanbert.verbs.verb import QUICKSTART, Verb, config_of, print_json


def _doctor(options: argparse.Namespace) -> int:
    from spanbert.doctor.examination import examine
    from spanbert.doctor.report import exit_code, report_json, report_text

    findings = examine(config_of(options), os.environ)
    if options.json:
        print_json(report_json(findings))
    else:
        print(report_text(findings))
    return exit_code(findings)


VERBS = (
    Verb(
        "doctor",
        _doctor,
        "whether a run would work here: disk, memory, workers, packages, services, data",
        QUICKSTART,
        options={"--json": {"action": "store_true", "help": "for programs"}},
    ),
)
