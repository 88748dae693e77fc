//! The Hessian as a matrix.
