//! The files as Python sees them: h5py reads every data set, its units, its description and its names.

use std::path::Path;
use std::process::Command;

use glasswell::files::{Header, Rows, StageFile, Timing};
use glasswell::parallel::Ranks;
use glasswell::stage::Stage;
use glasswell::stages::work;

const SCRIPT: &str = r#"
import h5py, numpy, sys
with h5py.File(sys.argv[1]) as file:
    attributes = file.attrs
    assert attributes["glasswell_layout"] == 2 and attributes["complete"] == 1, dict(attributes)
    assert attributes["stage"] == "connect" and attributes["deck"] == "name = \"\u00e9\"\n", dict(attributes)
    assert attributes["seed"] == 2**63 + 1 and isinstance(attributes["deck_hash"], str)
    seen = []
    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            seen.append(name)
            assert isinstance(item.attrs["units"], str) and len(item.attrs["description"]) > 3, name
    file.visititems(visit)
    assert len(seen) > 40, seen
    status = file["/candidates/status"]
    names = {number: name for name, number in h5py.check_enum_dtype(status.dtype).items()}
    assert [names[number] for number in status[:]] == ["converged", "no_barrier", "split"], status[:]
    exchange = file["/double_wells/exchange"][:]
    assert exchange.dtype == bool and exchange.tolist() == [True, False], exchange
    barrier = file["/double_wells/barrier"]
    assert barrier.dtype == "f8" and barrier.attrs["units"] == "epsilon"
    assert barrier[0] == 0.5 and numpy.isnan(barrier[1])
    assert file["/double_wells/saddle_position"][1, 2].tolist() == [15.0, 16.0, 17.0]
    assert file["/double_wells/glass"].dtype == "u4" and file["/candidates/count_ab"].dtype == "i8"
    assert file["/minima/position"].shape == (0, 3, 3)
    assert file["/timing/ranks"][()] == 1 and file["/timing/threads"][:].tolist() == [2]
    assert file["/timing/created"][()].decode().endswith("Z")
    assert len(file["/timing/hostname"][0]) > 0 and file["/timing/costs/quench"][0] == 1.5
"#;

fn write(directory: &Path) -> std::path::PathBuf {
    let ranks = Ranks::alone();
    let header = Header::new(Stage::Connect, "name = \"é\"\n", "5e1f", "{}", (1 << 63) + 1);
    let positions: Vec<f64> = (0..18).map(f64::from).collect();
    whole(&ranks, directory, &header, &positions)
}

/// A file with every promised data set.
fn whole(ranks: &Ranks, directory: &Path, header: &Header, positions: &[f64]) -> std::path::PathBuf {
    use glasswell::files::layout::{self, Element};
    let mut file = StageFile::create(ranks, directory, header, work(header.stage).layout()).unwrap();
    file.write("/double_wells/saddle_position", &Rows::on_rank_zero(ranks, 2), &[3, 3], positions).unwrap();
    file.leave_empty("/minima").unwrap();
    for entry in work(Stage::Connect).layout().data_sets().filter(|entry| entry.promised) {
        if file.has(entry.path) {
            continue;
        }
        let rows = Rows::on_rank_zero(ranks, if entry.path.starts_with("/candidates") { 3 } else { 2 });
        let trailing: Vec<u64> =
            layout::shape_words(entry.shape).iter().skip(1).map(|word| word.parse().unwrap_or(3)).collect();
        let count = (rows.total() * trailing.iter().product::<u64>()) as usize;
        let numbers = [0.5, f64::NAN].repeat(count);
        let names = ["converged", "no_barrier", "split"].map(String::from);
        match (entry.path, entry.element) {
            ("/candidates/status", _) => file.write(entry.path, &rows, &trailing, &names),
            (_, Element::F64) => file.write(entry.path, &rows, &trailing, &numbers[..count]),
            (_, Element::I64) => file.write(entry.path, &rows, &trailing, vec![-1i64; count]),
            (_, Element::U32) => file.write(entry.path, &rows, &trailing, vec![7u32; count]),
            (_, Element::Bool) => file.write(entry.path, &rows, &trailing, &[true, false]),
            (_, Element::Names(names)) => file.write(entry.path, &rows, &trailing, vec![names[0].to_string(); count]),
            (path, other) => panic!("{path}: {other:?}"),
        }
        .unwrap();
    }
    file.finish(true, &Timing { threads: 2, idle: 0.0, costs: vec![("quench".into(), 1.5)], tasks: Vec::new() })
        .unwrap()
}

#[test]
fn python_reads_what_was_written() {
    let scratch = tempfile::tempdir().unwrap();
    let path = write(scratch.path());
    let output = Command::new("/usr/bin/python3").args(["-c", SCRIPT]).arg(&path).output().expect("python3 with h5py");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
