//! Tells the program what the HDF5 library that it is linked with can do.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(hdf5_file_locking)");
    // H5Pset_file_locking came with 1.10.7 and, on the next branch, with 1.12.1
    let has = |version: &str| std::env::var_os(format!("DEP_HDF5_VERSION_{version}")).is_some();
    if (has("1_10_7") && !has("1_12_0")) || has("1_12_1") {
        println!("cargo::rustc-cfg=hdf5_file_locking");
    }
}
