//! Configurations of one glass as H5MD 1.1 (de Buyl, Colberg, Höfling, doi:10.1016/j.cpc.2014.01.018;
//! <https://www.nongnu.org/h5md/>).

use std::path::{Path, PathBuf};
use std::str::FromStr;

use hdf5::types::{EnumMember, EnumType, FloatSize, IntSize, TypeDescriptor, VarLenUnicode};
use hdf5::{Dataset, Location};

use super::attributes;
use super::beside::Beside;
use super::rows::RowRange;
use super::transfer::Rounds;
use super::values::Attribute;
use crate::error::Result;
use crate::parallel::Ranks;

/// The version of the format that is written.
const VERSION: [i64; 2] = [1, 1];
/// The group of the particles.
const PARTICLES: &str = "/particles/all";
const F64: TypeDescriptor = TypeDescriptor::Float(FloatSize::U8);
const I64: TypeDescriptor = TypeDescriptor::Integer(IntSize::U8);

/// Configurations [F] of the same N particles in the same box.
#[derive(Clone, Debug, Default)]
pub struct Trajectory {
    /// Edges of the box [sigma].
    pub edges: [f64; 3],
    /// What each species is called.
    pub names: Vec<String>,
    /// [N]: numbers of the species.
    pub species: Vec<u8>,
    /// [N] [sigma], if the particles carry diameters.
    pub diameters: Option<Vec<f64>>,
    /// [F][3N] [sigma]
    pub positions: Vec<Vec<f64>>,
    /// [F] potential energies, total [epsilon].
    pub energies: Vec<f64>,
    /// [F][3N] displacements from the first configuration [sigma].
    pub displacements: Option<Vec<Vec<f64>>>,
    /// Where the configurations come from: attributes of /parameters.
    pub origin: Vec<(String, String)>,
    /// [F]: what each configuration is.
    pub labels: Vec<String>,
}

/// Writes a file under a temporary name and gives it its final name when it is complete. Steps number the configurations from
/// 0; the time of each is its step, in no unit.
///
/// # Errors
/// `Storage` when it cannot be written.
pub fn write_h5md(path: &Path, trajectory: &Trajectory) -> Result<PathBuf> {
    let ranks = Ranks::alone();
    let file = Target(Beside::create(&ranks, path)?);
    file.settled(|file| file.metadata())?;
    file.settled(|file| file.particles(trajectory))?;
    file.settled(|file| file.energies(trajectory))?;
    file.settled(|file| file.parameters(trajectory))?;
    file.0.finish()
}

struct Target<'r>(Beside<'r>);

impl Target<'_> {
    /// After a failure the file is not touched again.
    fn settled(&self, write: impl Fn(&Self) -> Result<()>) -> Result<()> {
        self.0.settle(write(self))
    }

    fn metadata(&self) -> Result<()> {
        let list = Attribute::I64List(VERSION.to_vec());
        self.attach(&*self.0.group("/h5md")?, "version", &list)?;
        // the format asks for a name; the campaign has none
        self.text(&*self.0.group("/h5md/author")?, "name", "not given")?;
        let creator = self.0.group("/h5md/creator")?;
        self.text(&creator, "name", "glasswell")?;
        self.text(&creator, "version", crate::version::NUMBER)
    }

    fn particles(&self, trajectory: &Trajectory) -> Result<()> {
        let frames = trajectory.positions.len() as u64;
        let particles = trajectory.species.len() as u64;
        let box_group = self.0.group(&format!("{PARTICLES}/box"))?;
        self.attach(&box_group, "dimension", &Attribute::I64(3))?;
        self.texts(&box_group, "boundary", &["periodic"; 3])?;
        let positions: Vec<f64> = trajectory.positions.concat();
        let position = format!("{PARTICLES}/position");
        self.numbers(&format!("{position}/value"), &[frames, particles, 3], &positions)?;
        self.clock(&position, frames)?;
        // readers expect edges in as many steps as positions
        let edges = trajectory.edges.repeat(frames as usize);
        self.numbers(&format!("{PARTICLES}/box/edges/value"), &[frames, 3], &edges)?;
        self.same_clock(&format!("{PARTICLES}/box/edges"))?;
        let species = self.data_set(&format!("{PARTICLES}/species"), &species_type(&trajectory.names), &[particles])?;
        self.bytes("species", &species, &[], particles, 1, &trajectory.species)?;
        if let Some(diameters) = &trajectory.diameters {
            self.numbers(&format!("{PARTICLES}/diameter"), &[particles], diameters)?;
        }
        if let Some(displacements) = &trajectory.displacements {
            let path = format!("{PARTICLES}/displacement");
            self.numbers(&format!("{path}/value"), &[frames, particles, 3], &displacements.concat())?;
            self.same_clock(&path)?;
        }
        Ok(())
    }

    fn energies(&self, trajectory: &Trajectory) -> Result<()> {
        let path = "/observables/potential_energy";
        self.numbers(&format!("{path}/value"), &[trajectory.energies.len() as u64], &trajectory.energies)?;
        self.same_clock(path)
    }

    fn parameters(&self, trajectory: &Trajectory) -> Result<()> {
        let group = self.0.group("/parameters")?;
        self.text(&group, "units", "reduced units of the model: epsilon, sigma, m")?;
        for (name, value) in &trajectory.origin {
            self.text(&group, name, value)?;
        }
        let labels: Vec<&str> = trajectory.labels.iter().map(String::as_str).collect();
        self.texts(&group, "frames", &labels)
    }

    /// Step and time of a time-dependent element.
    fn clock(&self, path: &str, frames: u64) -> Result<()> {
        let steps: Vec<u8> = (0..frames as i64).flat_map(i64::to_ne_bytes).collect();
        let step = self.data_set(&format!("{path}/step"), &I64, &[frames])?;
        self.bytes("step", &step, &[], frames, size_of::<i64>() as u64, &steps)?;
        let times: Vec<f64> = (0..frames).map(|frame| frame as f64).collect();
        self.numbers(&format!("{path}/time"), &[frames], &times)
    }

    /// Those of the positions, by links.
    fn same_clock(&self, path: &str) -> Result<()> {
        let group = self.0.group(path)?;
        for name in ["step", "time"] {
            let linked = group.link_hard(&format!("{PARTICLES}/position/{name}"), name);
            linked.map_err(|error| self.0.failed(path, &error))?;
        }
        Ok(())
    }

    fn numbers(&self, path: &str, shape: &[u64], values: &[f64]) -> Result<()> {
        let dataset = self.data_set(path, &F64, shape)?;
        let (rows, row) = (shape[0], &shape[1..]);
        let row_bytes = row.iter().product::<u64>() * size_of::<f64>() as u64;
        let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_ne_bytes()).collect();
        self.bytes(path, &dataset, row, rows, row_bytes, &bytes)
    }

    fn bytes(&self, what: &str, dataset: &Dataset, row: &[u64], rows: u64, row_bytes: u64, bytes: &[u8]) -> Result<()> {
        let rounds = Rounds::new(&[RowRange { first: 0, count: rows }], row_bytes);
        self.0.write_rows(what, dataset, row, &rounds, bytes).map(|_| ())
    }

    fn data_set(&self, path: &str, kind: &TypeDescriptor, shape: &[u64]) -> Result<Dataset> {
        self.0.create_data_set(path, kind, shape)
    }

    fn attach(&self, location: &Location, name: &str, value: &Attribute) -> Result<()> {
        attributes::attach(location, name, value).map_err(|error| self.0.failed(name, &error))
    }

    fn text(&self, location: &Location, name: &str, text: &str) -> Result<()> {
        self.attach(location, name, &Attribute::Text(text.to_string()))
    }

    fn texts(&self, location: &Location, name: &str, texts: &[&str]) -> Result<()> {
        let texts: std::result::Result<Vec<VarLenUnicode>, _> =
            texts.iter().map(|text| VarLenUnicode::from_str(text)).collect();
        let written = texts
            .map_err(|error| hdf5::Error::from(error.to_string()))
            .and_then(|texts| location.new_attr::<VarLenUnicode>().shape(texts.len()).create(name)?.write_raw(&texts));
        written.map_err(|error| self.0.failed(name, &error))
    }
}

/// An enum with the names of the species, numbered from 0.
fn species_type(names: &[String]) -> TypeDescriptor {
    let members = (0..).zip(names).map(|(value, name)| EnumMember { name: name.clone(), value }).collect();
    TypeDescriptor::Enum(EnumType { size: IntSize::U1, signed: false, members })
}
