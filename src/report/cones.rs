//! Heads of arrows in three dimensions: cones, which Plotly draws and its crate has no type for.

use plotly::Trace;
use serde::Serialize;

/// A cone at each tip, along a vector whose length is that of the cone.
#[derive(Clone, Serialize)]
pub struct Cones {
    r#type: &'static str,
    x: Vec<f64>,
    y: Vec<f64>,
    z: Vec<f64>,
    u: Vec<f64>,
    v: Vec<f64>,
    w: Vec<f64>,
    sizemode: &'static str,
    sizeref: f64,
    anchor: &'static str,
    colorscale: [(f64, &'static str); 2],
    showscale: bool,
    hoverinfo: &'static str,
}

impl Cones {
    pub fn new([x, y, z]: [Vec<f64>; 3], [u, v, w]: [Vec<f64>; 3], colour: &'static str) -> Self {
        Self {
            r#type: "cone",
            x,
            y,
            z,
            u,
            v,
            w,
            sizemode: "raw",
            sizeref: 1.0,
            anchor: "tip",
            colorscale: [(0.0, colour), (1.0, colour)],
            showscale: false,
            hoverinfo: "skip",
        }
    }
}

impl Trace for Cones {
    fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
