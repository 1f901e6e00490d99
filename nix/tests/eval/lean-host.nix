{ host, refusesOnly, warns, ... }:
let
  bare = host [ { lean.disk.device = "/dev/vda"; } ];
in
{
  "a host of our modules with a disk is refused by nobody" = refusesOnly bare [ ];
  "who may log in to it is asked in a warning" = warns bare "Nobody can log in";
}
