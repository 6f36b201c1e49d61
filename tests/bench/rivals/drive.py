"""Run inside a rival's own environment: every file of a folder through it, timed one by one.

``drive.py RIVAL IN OUT ROUNDS`` prints one JSON object: file to milliseconds (best of the rounds
after a first one that warms up) or to the name of the error. Knows nothing of this project.
"""

import json
import logging
import sys
import time
import warnings
from pathlib import Path


def dicom_anonymizer():
    """Its own defaults: the newest table it knows, private tags deleted."""
    from functools import partial

    from dicomanonymizer.simpledicomanonymizer import anonymize_dicom_file, initialize_actions

    newest = partial(initialize_actions, "dicomfields_2026c")

    def act(source, target):
        anonymize_dicom_file(
            str(source), str(target), {}, delete_private_tags=True, base_rules_gen=newest
        )

    return act


def dicognito():
    """Its own defaults with a seed."""
    import pydicom
    from dicognito.anonymizer import Anonymizer

    anonymizer = Anonymizer(seed="a seed")

    def act(source, target):
        with pydicom.dcmread(source, force=False) as dataset:
            anonymizer.anonymize(dataset)
            dataset.save_as(target, enforce_file_format=False)

    return act


def deid():
    """Its packaged recipe ``deid.dicom``, private tags removed, the variables it asks for given."""
    from deid.config import DeidRecipe
    from deid.dicom import replace_identifiers

    recipe = DeidRecipe()

    def act(source, target):
        known = {
            "entity_id": "E1",
            "item_id": "I1",
            "jitter": 0,
            "entity_timestamp": "20000101",
            "item_timestamp": "20000101",
        }
        made = replace_identifiers(
            dicom_files=[str(source)],
            deid=recipe,
            ids={str(source): known},
            save=True,
            output_folder=str(target.parent),
            overwrite=True,
            strip_sequences=False,
            remove_private=True,
            force=False,
        )
        written = Path(made[0])
        if written != target:
            written.replace(target)

    return act


RIVALS = {"dicom-anonymizer": dicom_anonymizer, "dicognito": dicognito, "deid": deid}


def once(act, source, target):
    """Milliseconds, or the error's name."""
    begun = time.process_time()
    try:
        act(source, target)
    except Exception as error:  # noqa: BLE001 - whatever it raises is its result
        target.unlink(missing_ok=True)
        return type(error).__name__
    return (time.process_time() - begun) * 1000


def main(name, source, target, rounds):
    """All files."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    act = RIVALS[name]()
    files = sorted(Path(source).iterdir())
    found = {}
    for file in files:
        turns = [once(act, file, Path(target) / file.name) for _ in range(rounds + 1)][
            -max(rounds, 1) :
        ]
        wrong = [one for one in turns if isinstance(one, str)]
        found[file.name] = wrong[0] if wrong else min(turns)
    print("\n" + json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
