"""Several campaigns in one table."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from .campaign import Campaign
from .tables import Column, Columns, Table

#: Columns of the table: units and description. Those from `unit` on belong to a unit.
_COLUMNS = {
    "campaign": ("1", "name of the campaign"),
    "directory": ("1", "its directory"),
    "model": ("1", "preset or pair law of the deck"),
    "particles": ("1", "number N of particles of a glass"),
    "temperature": ("epsilon", "preparation temperature T_f of the deck; NaN where the deck leaves it out"),
    "seed": ("1", "seed"),
    "glasses": ("1", "number N_g of glasses"),
    "equilibrated": ("1", "number of glasses in equilibrium"),
    "minima": ("1", "number of minima of the exploration, all glasses"),
    "wells": ("1", "number of double wells, with exchanges of like particles"),
    "exchanges": ("1", "number of double wells that exchange like particles; they do not count in n(E)"),
    "unit": ("1", "material or reduced mass"),
    "kT_Q": ("epsilon", "k_B T_Q"),
    "tunnelling": ("1", "number of double wells of kind tunnelling, without exchanges"),
    "active": ("1", "number of double wells with E < k_B T_Q, all kinds but exchanges"),
    "active_tunnelling": ("1", "the same, only kind tunnelling"),
    "n0": ("1/epsilon", "n(k_B T_Q)/k_B T_Q, per atom, all kinds but exchanges"),
    "n0_lower": ("1/epsilon", "its lower 68 % limit"),
    "n0_upper": ("1/epsilon", "its upper 68 % limit"),
    "n0_tunnelling": ("1/epsilon", "the same, only kind tunnelling"),
    "n0_tunnelling_lower": ("1/epsilon", "its lower 68 % limit"),
    "n0_tunnelling_upper": ("1/epsilon", "its upper 68 % limit"),
}


def compare(campaigns: Iterable[Campaign | str | os.PathLike[str]], units: Iterable[str] | None = None) -> Table:
    """One row for each campaign and unit: glasses, equilibrated, minima, wells, active, n0 with its 68 % limits.

    Args:
        campaigns: campaigns, or their directories.
        units: the units of the table; those of each campaign if this is left out.

    Raises:
        StageMissing, StageIncomplete: when a campaign has not run all stages up to tunnel; names campaign and stage.
        NotInFile: when a campaign has no levels in one of `units`.
    """
    rows: list[dict[str, Any]] = []
    asked = None if units is None else list(units)
    for item in campaigns:
        campaign = item if isinstance(item, Campaign) else Campaign(item)
        shared = _of_campaign(campaign)
        rows.extend({**shared, **_of_unit(campaign, unit)} for unit in (campaign.units if asked is None else asked))
    columns = {name: _column([row[name] for row in rows], *about) for name, about in _COLUMNS.items()}
    return Columns(columns).table()


def _of_campaign(campaign: Campaign) -> dict[str, Any]:
    # a missing stage is reported in the order in which stages run
    deck = campaign.stage("prepare").deck
    minima = campaign.stage("explore").shape("/minima/glass")[0]
    exchange = campaign.stage("connect").read("/double_wells/exchange")
    campaign.stage("tunnel")
    model = deck.get("model", {})
    return {
        "campaign": campaign.name,
        "directory": str(campaign.directory),
        "model": str(model.get("preset", model.get("law", ""))),
        "particles": campaign.particles,
        "temperature": float(deck.get("prepare", {}).get("temperature", np.nan)),
        "seed": campaign.stage("prepare").seed,
        "glasses": campaign.glass_count,
        "equilibrated": int(campaign.equilibrated.sum()),
        "minima": minima,
        "wells": len(exchange),
        "exchanges": int(exchange.sum()),
    }


def _of_unit(campaign: Campaign, unit: str) -> dict[str, Any]:
    n0 = campaign.n0(unit)
    return {
        "unit": unit,
        "kT_Q": n0.kT_Q,
        "tunnelling": len(campaign.library(unit, "tunnelling").splitting),
        "active": n0.all.count,
        "active_tunnelling": n0.tunnelling.count,
        "n0": n0.all.value,
        "n0_lower": n0.all.lower,
        "n0_upper": n0.all.upper,
        "n0_tunnelling": n0.tunnelling.value,
        "n0_tunnelling_lower": n0.tunnelling.lower,
        "n0_tunnelling_upper": n0.tunnelling.upper,
    }


def _column(values: list[Any], units: str, description: str) -> Column:
    # seeds reach 2^64 - 1
    array = np.array(values, dtype=np.uint64) if description == "seed" else np.array(values)
    return Column(array, units, description)
