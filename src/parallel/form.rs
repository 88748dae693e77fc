//! The operations that an implementation of ranks must provide.

/// The raw MPI communicator that collective files are opened with.
#[cfg(feature = "mpi")]
pub type RawCommunicator = mpi::ffi::MPI_Comm;

/// The operations that an implementation must provide; `Ranks` builds everything else on them.
pub trait Form {
    fn rank(&self) -> usize;
    fn size(&self) -> usize;
    fn barrier(&self);
    fn any(&self, value: bool) -> bool;
    /// Sum modulo 2^64.
    fn sum(&self, value: u64) -> u64;
    fn max(&self, value: u64) -> u64;
    /// The bytes of every rank, by rank.
    fn gather(&self, bytes: &[u8], limit: usize) -> Vec<Vec<u8>>;
    /// `outgoing[d]` goes to rank d; returns what came from each rank.
    fn exchange(&self, outgoing: Vec<Vec<u8>>, limit: usize) -> Vec<Vec<u8>>;
    fn broadcast(&self, bytes: &mut Vec<u8>, root: usize, limit: usize);
    /// Sends a single 64-bit word that is buffered by the transport: never waits for the receiver.
    fn send(&self, destination: usize, tag: i32, word: u64);
    /// A word that has arrived with this tag, with its source; never waits.
    fn receive(&self, tag: i32) -> Option<(usize, u64)>;
    /// Whether there is a message that no rank has received.
    fn unreceived(&self) -> bool;
    /// The ranks with the same color; a single rank remains alone.
    fn split(&self, color: usize) -> Box<dyn Form>;
    /// A single rank has no other rank to send to or receive from.
    fn send_bytes(&self, _destination: usize, _bytes: &[u8]) {}
    fn receive_bytes(&self, _source: usize) -> Vec<u8> {
        Vec::new()
    }
    fn abort(&self, code: i32) -> !;
    #[cfg(feature = "mpi")]
    fn communicator(&self) -> Option<RawCommunicator>;
}
