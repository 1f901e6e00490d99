# A sandbox: a page that says which container served it.
{ container, pkgs, ... }:
{
  services.static-web-server = {
    enable = true;
    listen = "[::]:${toString container.proxy.port}";
    root = pkgs.writeTextDir "index.html" "Served by ${container.name}, ${container.address}.\n";
  };
}
