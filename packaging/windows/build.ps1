# Makes dist\lungfield and the installer for Windows. In PowerShell, in the folder of the checkout, with Python 3.11
# or later from python.org and Inno Setup 6.3 or later:
#     powershell -ExecutionPolicy Bypass -File packaging\windows\build.ps1
# It has not been run by us yet: see packaging\README.md.

$ErrorActionPreference = "Stop"
Set-Location (Join-Path $PSScriptRoot "..\..")

function Invoke-Checked {
    & $args[0] $args[1..($args.Length - 1)]
    if ($LASTEXITCODE -ne 0) { throw "$($args[0]) ended with $LASTEXITCODE" }
}

$python = if ($env:PYTHON) { $env:PYTHON } else { "python" }
Invoke-Checked $python packaging\build.py --fresh

# Both programs, before anything is packed
Invoke-Checked dist\lungfield\lungfield-console.exe self-test

$version = & build\venv\Scripts\python.exe -c "from core.version import VERSION; print(VERSION)"
$places = @("${env:ProgramFiles(x86)}\Inno Setup 6\ISCC.exe", "$env:ProgramFiles\Inno Setup 6\ISCC.exe",
            "$env:LOCALAPPDATA\Programs\Inno Setup 6\ISCC.exe")
$iscc = $places | Where-Object { Test-Path $_ } | Select-Object -First 1
if (-not $iscc) { throw "Inno Setup 6 is not installed" }
Invoke-Checked $iscc /Qp "/DVersion=$version" packaging\windows\lungfield.iss
Get-Item "dist\lungfield-$version-windows-x86_64-setup.exe" | Select-Object Name, Length
