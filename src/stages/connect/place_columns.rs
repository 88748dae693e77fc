//! The columns of paths.h5 that depend on all double wells of a glass.

use super::record::GlassPaths;
use crate::files::columns::Take::*;
use crate::files::columns::{Column, column};
use crate::files::layout::names;
use crate::paths::PairKey;

/// A double well among the others of its glass.
pub struct PlaceOf<'p> {
    pub glass: &'p GlassPaths,
    /// Its number within the glass.
    pub well: usize,
    /// r_AB [3N].
    pub displacement: Vec<f64>,
}

impl<'p> PlaceOf<'p> {
    /// /double_wells.
    pub const COLUMNS: &'p [Column<Self>] = &[
        column(
            "/double_wells/local",
            "[P]",
            "1",
            "number of its local system within the glass",
            U32(|row| row.glass.systems.local[row.well] as u32),
        ),
        column(
            "/double_wells/rule",
            "[P]",
            "1",
            "the strictest rule that joins the pair, or a pair whose path was split into this one: both_ways \
             (connect.minimum_visits and connect.visits, the papers' choice), one_way (any transition) or list (none)",
            Name(names::RULE, |row| Ok(row.glass.places[row.well].rule.name().to_owned())),
        ),
        column(
            "/double_wells/first_seen",
            "[P]",
            "sigma sqrt(m/epsilon)",
            "time at which its candidate satisfied the rule (one_way: its first transition), on the clock of \
             /growth/time; the earliest of all candidates of this rule whose paths were split into it. NaN without a \
             transition",
            F64(|row| row.glass.first_seen(row.well)),
        ),
        column(
            "/double_wells/first_run",
            "[P]",
            "1",
            "run of this time; -1 without a transition",
            I64(|row| row.glass.places[row.well].seen.map_or(-1, |seen| i64::from(seen.run))),
        ),
        column(
            "/double_wells/displacement",
            "[P,N,3]",
            "sigma",
            "displacement field r_AB from a to b: minimum images, without the translation of the whole glass; 0 for \
             rattlers",
            F64s(|row| row.displacement.clone()),
        ),
    ];
}

/// A local system of a glass whose double wells begin at the row `first_well`.
pub struct SystemOf<'p> {
    pub glass: &'p GlassPaths,
    pub first_well: i64,
    /// Its number within the glass.
    pub number: usize,
}

impl<'p> SystemOf<'p> {
    /// /local_systems.
    pub const COLUMNS: &'p [Column<Self>] = &[
        column(
            "/local_systems/glass",
            "[S]",
            "1",
            "glass of a local system: a class of double wells with similar displacement fields, |cos| >= 0.98 in the \
             mean",
            U32(|row| row.glass.glass as u32),
        ),
        column("/local_systems/local", "[S]", "1", "number within the glass", U32(|row| row.number as u32)),
        column(
            "/local_systems/members",
            "[S]",
            "1",
            "number of its double wells: the same rearrangement in different surroundings",
            I64(|row| row.glass.systems.systems[row.number].members as i64),
        ),
        column(
            "/local_systems/representative",
            "[S]",
            "1",
            "row of /double_wells of the member in the lowest surroundings, that is with the lowest energy at a",
            I64(|row| row.first_well + row.glass.systems.systems[row.number].representative as i64),
        ),
        column(
            "/local_systems/asymmetry_spread",
            "[S]",
            "epsilon",
            "standard deviation (n - 1) of the asymmetries of the members, negative where the displacement is opposite \
             to that of the representative; NaN for one member",
            F64(|row| row.glass.systems.systems[row.number].asymmetry_spread),
        ),
    ];
}

/// Double wells of a glass until a time.
pub struct GrowthOf<'p> {
    pub glass: &'p GlassPaths,
    /// Number of snapshots until this time.
    pub snapshots: u64,
}

impl<'p> GrowthOf<'p> {
    /// /growth.
    pub const COLUMNS: &'p [Column<Self>] = &[
        column("/growth/glass", "[G]", "1", "glass of this row", U32(|row| row.glass.glass as u32)),
        column(
            "/growth/time",
            "[G]",
            "sigma sqrt(m/epsilon)",
            "time explored, as in /growth/time of landscape.h5",
            F64(|row| row.glass.clock.time(row.snapshots)),
        ),
        column(
            "/growth/double_wells",
            "[G]",
            "1",
            "number of double wells with first_seen until this time, without exchanges",
            I64(|row| row.glass.seen_within(row.snapshots).0 as i64),
        ),
        column(
            "/growth/local_systems",
            "[G]",
            "1",
            "number of local systems to which they belong",
            I64(|row| row.glass.seen_within(row.snapshots).1 as i64),
        ),
    ];
}

/// A part of a path that was split.
pub struct PartOf {
    pub glass: usize,
    pub path: PairKey,
    pub part: PairKey,
}

/// /parts.
pub const PARTS: &[Column<PartOf>] = &[
    column("/parts/glass", "[D]", "1", "glass of a path that was split", U32(|row| row.glass as u32)),
    column("/parts/a", "[D]", "1", "one end of the path", U32(|row| row.path.a as u32)),
    column("/parts/b", "[D]", "1", "its other end", U32(|row| row.path.b as u32)),
    column("/parts/part_a", "[D]", "1", "one end of a part of it", U32(|row| row.part.a as u32)),
    column("/parts/part_b", "[D]", "1", "the other end of this part", U32(|row| row.part.b as u32)),
];
