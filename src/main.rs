//! Arguments, start of the ranks, exit code.

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use glasswell::driver::{self, RunOptions};
use glasswell::error::{Error, Result};
use glasswell::model::Preset;
use glasswell::paths::PathMethod;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Finds the tunnelling two-level systems of computer glasses.
#[derive(Parser)]
#[command(
    about,
    disable_version_flag = true,
    override_usage = "glasswell <COMMAND>\n       glasswell --version [--verbose]",
    arg_required_else_help = true,
    args_conflicts_with_subcommands = true,
    after_help = "Exit codes: 0 done, 2 bad usage or deck, 3 bad input file, 4 stopped and resumable, 5 numerical failure, 70 internal error."
)]
struct Arguments {
    /// Prints the version.
    #[arg(short = 'V', long)]
    version: bool,
    /// With --version: also what the program was built from and what it uses here.
    #[arg(long, requires = "version")]
    verbose: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Runs all stages the deck asks for; what is complete is skipped.
    Run(RunArguments),
    /// Reads the deck and prints what it would cost; runs nothing.
    Check {
        deck: PathBuf,
        /// Directory that the campaign would use [default: the campaign's name].
        #[arg(long)]
        output: Option<PathBuf>,
        /// Number of ranks to plan for.
        #[arg(long, default_value_t = 1)]
        ranks: usize,
        /// Prints the whole effective deck with the origin of each value.
        #[arg(long)]
        explain: bool,
    },
    /// Tells how far a campaign is and what each stage found.
    Status { directory: PathBuf },
    /// Energy, forces, stress of one configuration; its minimum, its Hessian.
    Evaluate(EvaluateArguments),
    /// The minimum-energy path between the minima of two configurations.
    Path(PathArguments),
    /// Levels and tunnel splitting in a given energy profile.
    Levels(LevelsArguments),
}

#[derive(Args)]
struct RunArguments {
    deck: PathBuf,
    /// Directory of the campaign [default: the campaign's name].
    #[arg(long)]
    output: Option<PathBuf>,
    /// Last stage to run: prepare, relax, explore, connect, tunnel, modes, excite or elastic.
    #[arg(long)]
    until: Option<String>,
    /// Runs this stage and those that build on it again, replacing their files.
    #[arg(long)]
    redo: Option<String>,
    /// Threads per rank [default: GLASSWELL_THREADS, else the cores that it may use, shared by the ranks of a host].
    #[arg(long)]
    threads: Option<usize>,
    /// Stop after this time, e.g. "23 h 50 min"; the same command resumes.
    #[arg(long)]
    time_limit: Option<String>,
    /// No progress, only errors and warnings.
    #[arg(long)]
    quiet: bool,
}

#[derive(Args)]
struct EvaluateArguments {
    /// Extended XYZ or LAMMPS data.
    file: PathBuf,
    #[arg(long, value_parser = preset)]
    model: Preset,
    /// Go to the minimum first.
    #[arg(long)]
    quench: bool,
    /// All eigenvalues of the Hessian and their participation ratios.
    #[arg(long)]
    hessian: bool,
    /// File with 3N numbers z: prints H z, z H z, U:zz, U:zzz.
    #[arg(long)]
    push: Option<PathBuf>,
    /// Largest force component at the minimum.
    #[arg(long)]
    force_tolerance: Option<f64>,
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct PathArguments {
    a: PathBuf,
    b: PathBuf,
    #[arg(long, value_parser = preset)]
    model: Preset,
    /// Images of the band, with both ends.
    #[arg(long)]
    images: Option<usize>,
    #[arg(long, value_parser = method)]
    method: Option<PathMethod>,
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct LevelsArguments {
    /// Two columns xi, V.
    profile: PathBuf,
    /// Arc length d between the minima at xi = 0 and 1.
    #[arg(long, allow_negative_numbers = true)]
    length: f64,
    /// m~ = m sigma^2 epsilon / hbar^2.
    #[arg(long, allow_negative_numbers = true)]
    reduced_mass: f64,
    #[arg(long, default_value_t = 5)]
    levels: usize,
    /// Second derivatives of V by xi at both ends, K0,K1 [default: from the spline].
    #[arg(long, value_delimiter = ',', num_args = 1, allow_hyphen_values = true)]
    curvatures: Option<Vec<f64>>,
    #[arg(long)]
    json: bool,
}

fn preset(name: &str) -> std::result::Result<Preset, String> {
    Preset::from_name(name).ok_or_else(|| format!("models are {}", Preset::ALL.map(Preset::name).join(", ")))
}

fn method(name: &str) -> std::result::Result<PathMethod, String> {
    match name {
        "neb" => Ok(PathMethod::Neb),
        "string" => Ok(PathMethod::String),
        _ => Err("methods are neb, string".to_owned()),
    }
}

fn main() -> ExitCode {
    // beyond a limit on the size of files the write shall fail and be told; by itself the signal ends the process mute
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
    let arguments = Arguments::parse();
    match arguments.execute() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            driver::tell(&error);
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(70))
        }
    }
}

impl Arguments {
    fn execute(self) -> Result<()> {
        match self.command {
            Some(command) => return execute(command),
            None if !self.version => {
                Arguments::command().error(ErrorKind::MissingSubcommand, "a command is missing").exit()
            }
            None if driver::is_a_further_rank() => {}
            None if self.verbose => println!("{}", driver::version()),
            None => println!("glasswell {}", glasswell::version::NUMBER),
        }
        Ok(())
    }
}

fn execute(command: Command) -> Result<()> {
    // the commands on one configuration, pair or profile belong to the process that was given them, whatever launched it
    if matches!(command, Command::Check { .. } | Command::Status { .. }) && driver::is_a_further_rank() {
        return Ok(());
    }
    match command {
        Command::Run(run) => driver::run(
            &run.deck,
            &RunOptions {
                output: run.output,
                until: run.until,
                redo: run.redo,
                threads: run.threads,
                time_limit: run.time_limit,
                quiet: run.quiet,
            },
        ),
        Command::Check { deck, output, ranks, explain } => driver::check(&deck, output.as_deref(), ranks, explain),
        Command::Status { directory } => driver::status(&directory),
        Command::Evaluate(evaluate) => driver::evaluate(&driver::EvaluateOptions {
            file: evaluate.file,
            model: evaluate.model,
            quench: evaluate.quench,
            hessian: evaluate.hessian,
            push: evaluate.push,
            force_tolerance: evaluate.force_tolerance,
            json: evaluate.json,
        }),
        Command::Path(path) => driver::path(&driver::PathOptions {
            a: path.a,
            b: path.b,
            model: path.model,
            images: path.images,
            method: path.method,
            json: path.json,
        }),
        Command::Levels(levels) => {
            let curvatures = match levels.curvatures.as_deref() {
                None => None,
                Some([k0, k1]) => Some((*k0, *k1)),
                Some(_) => return Err(Error::Usage("--curvatures takes two numbers, K0,K1".to_owned())),
            };
            driver::levels(&driver::LevelsOptions {
                profile: levels.profile,
                length: levels.length,
                reduced_mass: levels.reduced_mass,
                levels: levels.levels,
                curvatures,
                json: levels.json,
            })
        }
    }
}
