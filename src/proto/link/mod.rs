//! The ladder of links, from Cachin, Guerraoui, Rodrigues, *Reliable and Secure Distributed Programming*.
