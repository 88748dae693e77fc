//! Command-line arguments, start of the ranks, exit code.

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use glasswell::commands::{self, RunOptions};
use glasswell::error::{Error, Result};
use glasswell::forces::lanes::Kernel;
use glasswell::formats::{Symbols, parse_symbols};
use glasswell::input::named_model;
use glasswell::model::Potential;
use glasswell::paths::PathMethod;
use glasswell::runtime::{self, Loudness};
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
    after_help = "Examples:
  glasswell new tlj --output deck.toml
  glasswell check deck.toml
  glasswell run deck.toml --output tlj.out

Exit codes: 0 done, 2 bad usage or deck, 3 bad input file, 4 stopped and resumable, 5 numerical failure, 70 internal error."
)]
struct Arguments {
    /// Prints the version.
    #[arg(short = 'V', long)]
    version: bool,
    /// With --version: also prints how the program was built and what it uses on this machine.
    #[arg(long, requires = "version")]
    verbose: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Prints a commented deck to start from, or writes it to a new file.
    #[command(after_help = "Example: glasswell new tlj --output deck.toml")]
    New {
        /// Preset: pss, tlj, tlj-as-printed, harmonic or lj.
        model: String,
        /// File to write; an existing one is not replaced [default: standard output].
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Prints the JSON Schema of decks, with which editors complete and explain keys.
    #[command(after_help = "Example: glasswell schema > glasswell-deck.schema.json")]
    Schema,
    /// Runs the stages of a deck; stages that are complete are skipped.
    Run(RunArguments),
    /// Checks a deck and estimates its time, memory and disk space; runs no stage.
    #[command(after_help = "Examples:
  glasswell check deck.toml --output tlj.out --ranks 16
  glasswell check deck.toml --explain")]
    Check {
        /// The deck, a TOML file.
        deck: PathBuf,
        /// Directory of the campaign [default: the campaign's name].
        #[arg(long)]
        output: Option<PathBuf>,
        /// Number of ranks to plan for.
        #[arg(long, default_value_t = 1)]
        ranks: usize,
        /// Only prints every key of the deck with its meaning, unit, value and origin; the output is a deck.
        #[arg(long)]
        explain: bool,
    },
    /// Shows the progress of a campaign and what each stage found.
    #[command(after_help = "Example: glasswell status tlj.out")]
    Status {
        /// Directory of the campaign.
        directory: PathBuf,
    },
    /// Writes glasses, minima, double wells and tables of a campaign for other programs.
    Export(commands::ExportArguments),
    /// Writes one HTML page on a campaign, or a comparison of several: numbers, warnings, figures, double wells.
    #[command(after_help = "Example: glasswell report quickstart.out --output quickstart.html")]
    Report {
        /// Directories of campaigns.
        #[arg(required = true, value_name = "DIR")]
        directories: Vec<PathBuf>,
        /// The page [default: report.html in the directory; for several, in the working directory].
        #[arg(long, value_name = "FILE.html")]
        output: Option<PathBuf>,
    },
    /// Combines several campaigns in one table: a row for each temperature and unit, with n0 and its factors.
    Combine(commands::CombineArguments),
    /// Computes energy, forces and stress of one configuration; on request its minimum and Hessian.
    Evaluate(EvaluateArguments),
    /// Finds the minimum-energy path between the minima of two configurations.
    Path(PathArguments),
    /// Computes the levels and the tunnel splitting in a given energy profile.
    Levels(LevelsArguments),
    /// Prints a script that makes a shell complete commands and options.
    #[command(
        after_help = "Example, for bash: glasswell completions bash > ~/.local/share/bash-completion/completions/glasswell"
    )]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Writes manual pages, one for each command.
    #[command(after_help = "Example: glasswell man ~/.local/share/man/man1")]
    Man {
        /// Directory for the pages, which is made if it is missing.
        directory: PathBuf,
    },
}

#[derive(Args)]
#[command(after_help = "Examples:
  glasswell run deck.toml --output tlj.out --until explore
  mpirun -n 16 glasswell run deck.toml --output tlj.out --time-limit \"23 h 50 min\"

To resume, repeat the command.")]
struct RunArguments {
    /// The deck, a TOML file.
    deck: PathBuf,
    /// Directory of the campaign [default: the campaign's name].
    #[arg(long)]
    output: Option<PathBuf>,
    /// Last stage to run: prepare, relax, explore, connect, tunnel, modes, excite or elastic.
    #[arg(long)]
    until: Option<String>,
    /// Runs this stage and all that build on it again, and replaces their files.
    #[arg(long)]
    redo: Option<String>,
    /// Threads per rank [default: GLASSWELL_THREADS, else the available cores, shared by the ranks of a host].
    #[arg(long)]
    threads: Option<usize>,
    /// Stops after this time, e.g. "23 h 50 min"; repeat the same command to resume.
    #[arg(long)]
    time_limit: Option<String>,
    /// Prints only errors and warnings, no progress.
    #[arg(long, conflicts_with = "verbose")]
    quiet: bool,
    /// Also prints every task that ends and every checkpoint, here and in the log file of the campaign.
    #[arg(long)]
    verbose: bool,
}

#[derive(Args)]
#[command(after_help = "Example: glasswell evaluate glass.xyz --model tlj --quench --hessian")]
struct EvaluateArguments {
    /// Configuration: extended XYZ, LAMMPS data, a LAMMPS dump or a glasses.h5.
    file: PathBuf,
    /// Model: pss, tlj, tlj-as-printed, harmonic, lj, or a deck file with a section [model].
    #[arg(long, value_parser = model)]
    model: Potential,
    /// What symbols in the file stand for, e.g. Ni=A,P=B.
    #[arg(long, value_parser = parse_symbols)]
    species: Option<Symbols>,
    /// Which configuration of a file with several, from 0.
    #[arg(long)]
    frame: Option<usize>,
    /// Quenches to the minimum first.
    #[arg(long)]
    quench: bool,
    /// Computes all eigenvalues of the Hessian and the participation ratios of its modes.
    #[arg(long)]
    hessian: bool,
    /// File with a vector z of 3N numbers; prints H z, z H z, U:zz and U:zzz.
    #[arg(long)]
    push: Option<PathBuf>,
    /// Largest force component accepted at the minimum.
    #[arg(long)]
    force_tolerance: Option<f64>,
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[command(after_help = "Example: glasswell path a.xyz b.xyz --model tlj --json > path.json")]
struct PathArguments {
    /// First configuration: extended XYZ, LAMMPS data, a LAMMPS dump or a glasses.h5.
    a: PathBuf,
    /// Second configuration.
    b: PathBuf,
    /// Model: pss, tlj, tlj-as-printed, harmonic, lj, or a deck file with a section [model].
    #[arg(long, value_parser = model)]
    model: Potential,
    /// What symbols in the files stand for, e.g. Ni=A,P=B.
    #[arg(long, value_parser = parse_symbols)]
    species: Option<Symbols>,
    /// Which configuration of files with several, from 0: one number for both files, or two, e.g. 3,7.
    #[arg(long, value_delimiter = ',', num_args = 1)]
    frame: Vec<usize>,
    /// Number of images of the band, including both ends.
    #[arg(long)]
    images: Option<usize>,
    /// neb, the nudged elastic band, or string [default: neb].
    #[arg(long, value_parser = method)]
    method: Option<PathMethod>,
    /// The second file lists the same particles in another order: finds which is which.
    #[arg(long = "match")]
    matched: bool,
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[command(after_help = "Examples:
  glasswell levels path.json --reduced-mass 1200
  glasswell levels profile.csv --length 0.5 --reduced-mass 1200")]
struct LevelsArguments {
    /// File with two columns xi, V, or the output of `glasswell path --json`.
    profile: PathBuf,
    /// Arc length d between the minima at xi = 0 and xi = 1 [default: that in the output of path --json].
    #[arg(long, allow_negative_numbers = true)]
    length: Option<f64>,
    /// Reduced mass m~ = m sigma^2 epsilon / hbar^2.
    #[arg(long, allow_negative_numbers = true)]
    reduced_mass: f64,
    /// Number of levels, at most 200.
    #[arg(long, default_value_t = 5)]
    levels: usize,
    /// Second derivatives of V with respect to xi at both ends, K0,K1 [default: from the spline].
    #[arg(long, value_delimiter = ',', num_args = 1, allow_hyphen_values = true)]
    curvatures: Option<Vec<f64>>,
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

fn model(text: &str) -> std::result::Result<Potential, String> {
    named_model(text).map_err(|error| error.to_string())
}

fn method(name: &str) -> std::result::Result<PathMethod, String> {
    match name {
        "neb" => Ok(PathMethod::Neb),
        "string" => Ok(PathMethod::String),
        _ => Err("methods are neb, string".to_owned()),
    }
}

fn main() -> ExitCode {
    // a write beyond the limit on file sizes must fail with a message; without a handler SIGXFSZ ends the process silently
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
    let arguments = Arguments::parse();
    match runtime::guarded(|| arguments.execute().and_then(|()| commands::all_printed())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            runtime::report(&error);
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(70))
        }
    }
}

impl Arguments {
    fn execute(self) -> Result<()> {
        match self.command {
            Some(command) => return Kernel::check().and_then(|()| execute(command)),
            None if !self.version => {
                Arguments::command().error(ErrorKind::MissingSubcommand, "a command is missing").exit()
            }
            None if runtime::is_a_further_rank() => {}
            None if self.verbose => commands::print_line(format_args!("{}", commands::version())),
            None => commands::print_line(format_args!("glasswell {}", glasswell::version::NUMBER)),
        }
        Ok(())
    }
}

fn execute(command: Command) -> Result<()> {
    // evaluate, path and levels run in every process; several under one launcher are independent tasks. Of check, status and
    // report a further rank only has the exit code
    let by_one = matches!(command, Command::Check { .. } | Command::Status { .. } | Command::Report { .. });
    if by_one && runtime::is_a_further_rank() {
        runtime::rank_is(1);
    }
    match command {
        Command::New { .. } | Command::Schema | Command::Completions { .. } | Command::Man { .. }
            if runtime::is_a_further_rank() =>
        {
            Ok(())
        }
        Command::New { model, output } => commands::new(&model, output.as_deref()),
        Command::Schema => commands::schema(),
        Command::Completions { shell } => commands::completions(shell, Arguments::command()),
        Command::Man { directory } => commands::man(&directory, Arguments::command()),
        Command::Run(run) => execute_run(run),
        Command::Check { deck, output, ranks, explain } => commands::check(&deck, output.as_deref(), ranks, explain),
        Command::Status { directory } => commands::status(&directory),
        Command::Export(export) => commands::export(&export),
        Command::Report { directories, output } => commands::report(&directories, output.as_deref()),
        Command::Combine(combine) => commands::combine(&combine),
        Command::Evaluate(evaluate) => commands::evaluate(&commands::EvaluateOptions {
            file: evaluate.file,
            model: evaluate.model,
            species: evaluate.species.unwrap_or_default(),
            frame: evaluate.frame,
            quench: evaluate.quench,
            hessian: evaluate.hessian,
            push: evaluate.push,
            force_tolerance: evaluate.force_tolerance,
            json: evaluate.json,
        }),
        Command::Path(path) => commands::path(&commands::PathOptions {
            a: path.a,
            b: path.b,
            model: path.model,
            species: path.species.unwrap_or_default(),
            frame: path.frame,
            images: path.images,
            method: path.method,
            matched: path.matched,
            json: path.json,
        }),
        Command::Levels(levels) => execute_levels(levels),
    }
}

fn execute_run(run: RunArguments) -> Result<()> {
    let options = RunOptions {
        output: run.output,
        until: run.until,
        redo: run.redo,
        threads: run.threads,
        time_limit: run.time_limit,
        loudness: match (run.quiet, run.verbose) {
            (true, _) => Loudness::Quiet,
            (_, true) => Loudness::Verbose,
            _ => Loudness::Usual,
        },
    };
    commands::run(&run.deck, &options)
}

fn execute_levels(levels: LevelsArguments) -> Result<()> {
    let curvatures = match levels.curvatures.as_deref() {
        None => None,
        Some([k0, k1]) => Some((*k0, *k1)),
        Some(_) => return Err(Error::Usage("--curvatures takes two numbers, K0,K1".to_owned())),
    };
    commands::levels(&commands::LevelsOptions {
        profile: levels.profile,
        length: levels.length,
        reduced_mass: levels.reduced_mass,
        levels: levels.levels,
        curvatures,
        json: levels.json,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_an_example_and_every_argument_a_description() {
        let program = Arguments::command();
        let mut described = 0;
        for command in program.get_subcommands().chain([&program]) {
            let name = command.get_name();
            let help = command.get_after_help().map(|text| text.to_string()).unwrap_or_default();
            assert!(help.contains("Example") && help.contains("glasswell "), "{name} --help has no example");
            let is_named = name == program.get_name() || help.contains(&format!("glasswell {name}"));
            assert!(is_named, "the example of {name} is of another command");
            assert!(command.get_about().is_some(), "{name} has no description");
            for argument in command.get_arguments() {
                let text = argument.get_help().map(|text| text.to_string()).unwrap_or_default();
                assert!(text.len() > 5, "{name}: {} has no description", argument.get_id());
                described += 1;
            }
        }
        assert!(described >= 50, "only {described} arguments were found");
    }

    // the examples of --help are commands that the program understands
    #[test]
    fn the_examples_are_understood() {
        let program = Arguments::command();
        let mut understood = 0;
        for command in program.get_subcommands() {
            let help = command.get_after_help().map(|text| text.to_string()).unwrap_or_default();
            for line in help.lines().filter_map(|line| line.split_once("glasswell ")).map(|(_, line)| line) {
                let line = line.split(" > ").next().unwrap().replace("\"23 h 50 min\"", "23h50min");
                let words = ["glasswell"].into_iter().chain(line.split_whitespace());
                let fault = Arguments::try_parse_from(words).err().map(|fault| fault.to_string());
                assert_eq!(fault, None, "glasswell {line}");
                understood += 1;
            }
        }
        assert!(understood >= 20, "only {understood} examples were found");
    }
}
