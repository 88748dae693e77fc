//! The registry of pair laws. A new law is one new file and one line in `registry!` (and its `mod`): from then on a
//! deck can use it with its own tables, and the tests of derivatives and sums cover it.

mod harmonic;
mod lennard_jones_force_shifted;
mod lennard_jones_quartic;
mod pair_law;
mod soft_sphere_quartic;

pub use harmonic::Harmonic;
pub use lennard_jones_force_shifted::LennardJonesForceShifted;
pub use lennard_jones_quartic::LennardJonesQuartic;
pub use pair_law::{Derivatives, PairLaw};
pub use soft_sphere_quartic::SoftSphereQuartic;

/// Makes the enum, its names and the only match of this module (`$` is passed in for the inner macro).
macro_rules! registry {
    ($dollar:tt, $($variant:ident => $name:literal),* $(,)?) => {
        /// The pair laws there are.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Law { $($variant($variant)),* }

        impl Law {
            /// Every law with its name, as used in decks and by the tests of all laws.
            pub fn all() -> Vec<(&'static str, Law)> {
                vec![$(($name, Law::$variant($variant::default()))),*]
            }

            /// The name in decks.
            pub fn name(&self) -> &'static str {
                match self { $(Law::$variant(_) => $name),* }
            }
        }

        /// Runs the body with `law` bound to the concrete pair law: the one match, outside every loop.
        macro_rules! with_law {
            ($dollar subject:expr, $dollar law:ident => $dollar body:expr) => {
                match $dollar subject { $($crate::model::Law::$variant($dollar law) => $dollar body),* }
            };
        }
        pub(crate) use with_law;
    };
}

registry! { $,
    SoftSphereQuartic => "soft-sphere-quartic",
    LennardJonesQuartic => "lennard-jones-quartic",
    Harmonic => "harmonic",
    LennardJonesForceShifted => "lennard-jones-force-shifted",
}

impl Law {
    /// The law of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().into_iter().find_map(|(known, law)| (known == name).then_some(law))
    }

    /// The law of a polydisperse mixture. The loops over pairs with a sigma of their own exist for this law alone, those over
    /// species for all laws: for all of both they would take twice as long to compile, and no deck can ask for the others.
    ///
    /// # Panics
    /// When it is another law.
    pub(crate) fn of_diameters(self) -> SoftSphereQuartic {
        match self {
            Law::SoftSphereQuartic(law) => law,
            // proof: only `Potential::model` can make the variant `Mixture::Polydisperse`, for the preset of this law
            other => panic!("a polydisperse mixture of {}", other.name()), // proof: above
        }
    }

    /// x_c in units of sigma.
    pub fn cutoff(&self) -> f64 {
        with_law!(self, law => law.cutoff())
    }

    /// Whether phi grows without bound as x goes to 0.
    pub fn diverges(&self) -> bool {
        with_law!(self, law => law.diverges())
    }

    /// Whether phi'' jumps at the cutoff: then two particles are in contact or they are not, and a particle without
    /// contacts is a rattler.
    pub fn has_contacts(&self) -> bool {
        with_law!(self, law => law.has_contacts())
    }

    /// Stiffness of the law relative to Lennard-Jones: tolerances on forces, curvatures and spring constants that were
    /// chosen for epsilon/sigma^2 = 1 of those (phi'' of some 500 between neighbours) are multiplied by it.
    pub fn stiffness_unit(&self) -> f64 {
        with_law!(self, law => law.stiffness_unit())
    }

    /// phi and its derivatives at x^2, exactly zero from the cutoff on.
    pub fn derivatives(&self, x2: f64) -> Derivatives<f64> {
        let cutoff = self.cutoff();
        if x2 >= cutoff * cutoff {
            return Derivatives { value: 0.0, slope_over_x: 0.0, second: 0.0, third: 0.0 };
        }
        with_law!(self, law => law.derivatives(x2))
    }
}
