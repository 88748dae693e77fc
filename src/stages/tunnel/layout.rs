//! Layout of tunnelling.h5.

use super::columns;
use crate::files::columns::data_sets;
use crate::files::layout::Element::*;
use crate::files::layout::{AttributeEntry, DataSet, Layout, attribute, set};

pub static LAYOUT: Layout =
    Layout { data_sets: &[&DOUBLETS, STATISTICS, &ESTIMATES, &ZERO_POINTS], attributes: TUNNELLING_ATTRIBUTES };

static DOUBLETS: [DataSet; columns::DoubletOf::COLUMNS.len()] = data_sets(columns::DoubletOf::COLUMNS);
static ESTIMATES: [DataSet; columns::EstimateOf::COLUMNS.len()] = data_sets(columns::EstimateOf::COLUMNS);
static ZERO_POINTS: [DataSet; columns::ZERO_POINTS.len()] = data_sets(columns::ZERO_POINTS);

/// Statistics over all double wells.
const STATISTICS: &[DataSet] = &[
    set("/<unit>/specific_heat/temperature", F64, "[T]", "epsilon", "temperatures"),
    set("/<unit>/specific_heat/value", F64, "[T]", "1", "specific heat of the two-level systems, C / (N k_B)"),
    set("/<unit>/specific_heat/local", F64, "[T]", "1", "the same of the distinct local systems"),
    set(
        "/<unit>/density/splitting",
        F64,
        "[D]",
        "epsilon",
        "splittings E in increasing order, all kinds except exchanges; candidate rule both_ways",
    ),
    set(
        "/<unit>/density/cumulative",
        F64,
        "[D]",
        "1",
        "n(E), number of double wells with a splitting up to E, per atom (divided by N N_g)",
    ),
    set("/<unit>/density_tunnelling/splitting", F64, "[V]", "epsilon", "the same, only for kind = tunnelling"),
    set("/<unit>/density_tunnelling/cumulative", F64, "[V]", "1", "the same, only for kind = tunnelling"),
    set(
        "/<unit>/density_local/splitting",
        F64,
        "[W]",
        "epsilon",
        "as for density, but one double well for each local system: its member in the lowest surroundings",
    ),
    set("/<unit>/density_local/cumulative", F64, "[W]", "1", "n(E) of these, per atom"),
    set("/<unit>/growth/glass", U32, "[G]", "1", "glass of this row"),
    set(
        "/<unit>/growth/time",
        F64,
        "[G]",
        "sigma sqrt(m/epsilon)",
        "time explored, as in /growth/time of landscape.h5 and paths.h5",
    ),
    set(
        "/<unit>/growth/active",
        I64,
        "[G]",
        "1",
        "number of active double wells (E < k_B T_Q, no exchange) with first_seen until this time",
    ),
    set(
        "/<unit>/local_systems/splitting",
        F64,
        "[S]",
        "epsilon",
        "E of the representative of each local system, in the order of /local_systems in paths.h5",
    ),
    set(
        "/<unit>/local_systems/splitting_spread",
        F64,
        "[S]",
        "epsilon",
        "standard deviation (n - 1) of the splittings of its members; NaN for one member",
    ),
];

const TUNNELLING_ATTRIBUTES: &[AttributeEntry] = &[
    attribute("/<unit>", "reduced_mass", F64, "[]", "m~ = m sigma^2 epsilon / hbar^2"),
    attribute("/<unit>", "kT_Q", F64, "[]", "k_B T_Q = 2 pi / m~, in epsilon"),
    attribute("/<unit>", "paths", U64, "[]", "fingerprint of the data of paths.h5 from which the levels were computed"),
    attribute("/<unit>", "T_Q_kelvin", F64, "[]", "T_Q; NaN, as the following, if the unit has no physical constants"),
    attribute("/<unit>", "sigma_metre", F64, "[]", "the length sigma, m"),
    attribute("/<unit>", "epsilon_joule", F64, "[]", "the energy epsilon, J"),
    attribute("/<unit>", "mass_kilogram", F64, "[]", "the mass m, kg"),
    attribute(
        "/<unit>/n0",
        "error_method",
        Text,
        "[]",
        "method of the limits of the headline: overdispersed, poisson or poisson_upper_limit",
    ),
    attribute(
        "/<unit>/n0",
        "doubtful",
        I64,
        "[4]",
        "how many of the wells of the headline are below the rounding floor, have levels that did not converge, are in glasses that were not equilibrated, and in glasses with a run that diffused",
    ),
    attribute("/<unit>/density", "n0", F64, "[]", "n(k_B T_Q) / k_B T_Q, per atom (divided by N N_g), 1/epsilon"),
    attribute("/<unit>/density", "n0_third", F64, "[]", "the same at k_B T_Q / 3, per atom"),
    attribute(
        "/<unit>/density",
        "counts",
        I64,
        "[2]",
        "numbers of double wells with splittings below k_B T_Q and below k_B T_Q / 3",
    ),
    attribute(
        "/<unit>/density",
        "n0_SI",
        F64,
        "[]",
        "n0 per volume, with the mean density of all glasses, J^-1 m^-3; NaN if the unit has no physical constants",
    ),
    attribute("/<unit>/density", "errors", F64, "[4]", "lower and upper 68 % limits of n0, then of n0_third, per atom"),
    attribute("/<unit>/density", "normalisation", Text, "[]", "which attributes are per atom, and which per volume"),
    attribute("/<unit>/density_tunnelling", "n0", F64, "[]", "as for density, only for kind = tunnelling"),
    attribute("/<unit>/density_tunnelling", "n0_third", F64, "[]", "as for density, only for kind = tunnelling"),
    attribute("/<unit>/density_tunnelling", "counts", I64, "[2]", "as for density, only for kind = tunnelling"),
    attribute("/<unit>/density_tunnelling", "n0_SI", F64, "[]", "as for density, only for kind = tunnelling"),
    attribute("/<unit>/density_tunnelling", "normalisation", Text, "[]", "as for density"),
    attribute("/<unit>/density_tunnelling", "errors", F64, "[4]", "as for density, only for kind = tunnelling"),
    attribute("/<unit>/density_local", "n0", F64, "[]", "as for density, for distinct local systems"),
    attribute("/<unit>/density_local", "n0_third", F64, "[]", "as for density, for distinct local systems"),
    attribute("/<unit>/density_local", "counts", I64, "[2]", "as for density, for distinct local systems"),
    attribute("/<unit>/density_local", "n0_SI", F64, "[]", "as for density, for distinct local systems"),
    attribute("/<unit>/density_local", "normalisation", Text, "[]", "as for density"),
    attribute("/<unit>/density_local", "errors", F64, "[4]", "as for density, for distinct local systems"),
];
