"""LAPACK's divide and conquer and SciPy's shift-invert Lanczos on the matrices of `peers inputs`; prints `name value` lines.

    lapack.py dense DIR          lapack.py lowest DIR PRESET
"""

import sys
import time

import numpy as np

what, folder = sys.argv[1:3]
if what == "dense":
    import scipy.linalg

    values = np.fromfile(f"{folder}/dense.f64")
    size = round(values.size**0.5)
    matrix = np.asfortranarray(values.reshape(size, size))
    start = time.process_time()
    eigenvalues = scipy.linalg.eigh(matrix, driver="evd", overwrite_a=True, check_finite=False)[0]
    print("cpu", time.process_time() - start)
    for k in (3, 100, size - 1):
        print(f"eigenvalue {eigenvalues[k]:.9f}")
else:
    import scipy.sparse as sparse
    from scipy.sparse.linalg import eigsh

    name = f"{folder}/sparse-{sys.argv[3]}"
    rows = np.fromfile(f"{name}.row.u64", dtype="u8").astype("i4")
    columns = np.fromfile(f"{name}.column.u64", dtype="u8").astype("i4")
    lower = sparse.csc_matrix((np.fromfile(f"{name}.f64"), (rows, columns)))
    matrix = (lower + sparse.tril(lower, -1).T).tocsc()
    start = time.process_time()
    # the three translations make H itself singular: the shift stands just below them
    eigenvalues = np.sort(eigsh(matrix, k=103, sigma=-1e-6)[0])[3:]
    print("cpu", time.process_time() - start)
    ours = np.loadtxt(f"{folder}/lowest-{sys.argv[3]}.txt")
    print(f"{ours.size} values, largest difference {np.abs(ours - eigenvalues).max():.1e}")
