//! A single rank: every exchange is with itself.

use super::form::Form;

/// The implementation without MPI.
pub(super) struct Serial;

impl Form for Serial {
    fn rank(&self) -> usize {
        0
    }

    fn size(&self) -> usize {
        1
    }

    fn barrier(&self) {}

    fn any(&self, value: bool) -> bool {
        value
    }

    fn sum(&self, value: u64) -> u64 {
        value
    }

    fn max(&self, value: u64) -> u64 {
        value
    }

    fn gather(&self, bytes: &[u8], _limit: usize) -> Vec<Vec<u8>> {
        vec![bytes.to_vec()]
    }

    fn exchange(&self, outgoing: Vec<Vec<u8>>, _limit: usize) -> Vec<Vec<u8>> {
        outgoing
    }

    fn broadcast(&self, _bytes: &mut Vec<u8>, _root: usize, _limit: usize) {}

    // A single rank needs no messages: it takes its indices from its own counter.
    fn send(&self, _destination: usize, _tag: i32, _word: u64) {}

    fn receive(&self, _tag: i32) -> Option<(usize, u64)> {
        None
    }

    fn unreceived(&self) -> bool {
        false
    }

    fn split(&self, _color: usize) -> Box<dyn Form> {
        Box::new(Serial)
    }

    fn abort(&self, code: i32) -> ! {
        std::process::exit(code)
    }

    #[cfg(feature = "mpi")]
    fn communicator(&self) -> Option<super::form::RawCommunicator> {
        None
    }
}
