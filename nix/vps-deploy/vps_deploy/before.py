"""before.json: what the units did before the activation, kept for whoever has to roll back."""

import json
from typing import cast

from . import files
from .state import DeployDirectory
from .units import Snapshot, Unit


def save(deploy: DeployDirectory, snapshot: Snapshot) -> None:
    values = {'taken': snapshot.taken_seconds, 'units': [unit.to_json() for unit in snapshot.units.values()]}
    files.write(deploy / 'before.json', json.dumps(values).encode(), files.SECRET_MODE)


def load(deploy: DeployDirectory) -> Snapshot | None:
    data = files.read(deploy / 'before.json')
    if data is None:
        return None
    values = cast(dict[str, object], json.loads(data))
    units = [_unit(fields) for fields in cast(list[dict[str, object]], values['units'])]
    return Snapshot({unit.name: unit for unit in units}, cast(float, values['taken']))


def _unit(fields: dict[str, object]) -> Unit:
    """A newer version of these programs may have written more of it."""
    return Unit(**{name: fields[name] for name in Unit._fields if name in fields})  # type: ignore[arg-type]
